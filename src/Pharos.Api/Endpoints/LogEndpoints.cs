using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Pharos.Contracts;
using Pharos.Contracts.Text;
using Pharos.Logs.Live;
using Pharos.Supervisor;
using Pharos.Supervisor.Operations;

namespace Pharos.Api.Endpoints;

/// <summary>The last lines, then the live stream.</summary>
internal sealed class LogEndpoints(ApiServices services)
{
    private const int BatchBytes = 32 * 1024; // twice that stays below what the runtime keeps apart as large
    private const int DefaultLines = 15;
    private const int MostLines = 100_000;

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v1/logs", StreamAsync);
        routes.MapGet("/v1/logs/streams", StreamsAsync);
        routes.MapPost("/v1/logs/reopen", ReopenAsync);
        routes.MapPost("/v1/logs/flush", FlushAsync);
    }

    private async Task StreamsAsync(HttpContext context)
    {
        if (await SelectAsync(context) is not { } selection)
            return;
        var streams = from actor in selection.Actors
                      from place in actor.Log.StorePaths
                      group actor.Snapshot.Key.ToString() by place.Path into stream
                      select new LogStreamView { Folder = services.Supervisor.LogStore.FolderOf(stream.Key), Path = stream.Key, Instances = [.. stream.Distinct()] };
        await context.JsonAsync([.. streams], ContractsJson.Default.LogStreamViewArray);
    }

    private async Task<LogSelection?> SelectAsync(HttpContext context)
    {
        var query = context.Request.Query;
        if (LogSelection.Read(services.Supervisor, [.. query["app"].OfType<string>()], query["namespace"].FirstOrDefault(), out var selection) is not { } refused)
            return selection;
        await context.RefuseAsync(refused);
        return null;
    }

    private async Task ReopenAsync(HttpContext context)
    {
        try
        {
            await services.Supervisor.ReopenLogsAsync();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            await context.ProblemAsync(StatusCodes.Status500InternalServerError, "internal", $"cannot open a log file: {e.Message}");
            return;
        }

        await DoneAsync(context, "log files opened anew\n");
    }

    private async Task FlushAsync(HttpContext context)
    {
        var selector = context.Request.Query["app"].FirstOrDefault() ?? Selection.All;
        if (await services.Supervisor.FlushLogsAsync(selector) is { } refused)
            await context.RefuseAsync(refused);
        else
            await DoneAsync(context, $"log files of {selector} emptied\n");
    }

    private static Task DoneAsync(HttpContext context, string line)
    {
        if (context.WantsText())
            return context.TextAsync(line);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }

    private async Task StreamAsync(HttpContext context)
    {
        var query = context.Request.Query;
        var stream = query["stream"].FirstOrDefault();
        if (stream is not (null or "" or "out" or "err"))
        {
            await context.ProblemAsync(StatusCodes.Status400BadRequest, "invalid", $"stream '{stream}' is not one of out, err");
            return;
        }

        var asked = query["lines"].FirstOrDefault();
        if (!int.TryParse(asked ?? "15", out var lines) || lines is < 0 or > MostLines)
        {
            await context.ProblemAsync(StatusCodes.Status400BadRequest, "invalid", $"lines '{asked}' is not a number from 0 to {MostLines}");
            return;
        }

        var follow = query["follow"].FirstOrDefault();
        if (follow is not (null or "" or "0" or "1"))
        {
            await context.ProblemAsync(StatusCodes.Status400BadRequest, "invalid", $"follow '{follow}' is not one of 0, 1");
            return;
        }

        if (await SelectAsync(context) is not { } selection)
            return;
        var actors = selection.Actors;
        bool Wanted(LogLine l) => selection.Matches(l.Key) && (stream is null or "" || l.Stderr == (stream == "err"));
        using var subscription = services.Supervisor.Logs.Subscribe(actors.Select(a => a.Log), asked is null ? DefaultLines : lines, Wanted, follow == "1");
        var json = context.Request.Headers.Accept.Any(a => a?.Contains("json", StringComparison.Ordinal) == true);
        context.Response.ContentType = json ? "application/x-ndjson" : "text/plain; charset=utf-8";
        var width = actors.Select(a => a.Snapshot.Key.ToString().Length).DefaultIfEmpty(0).Max();
        var bare = actors.Count == 1 && !selection.IsAll;
        context.MayReadSlowly();
        try
        {
            if (json && query["positions"].FirstOrDefault() == "1")
                await context.Response.Body.WriteAsync(Start(subscription), context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
            using var batch = new MemoryStream(BatchBytes * 2);
            while (await subscription.WaitAsync(context.RequestAborted))
            {
                batch.SetLength(0);
                while (batch.Length < BatchBytes && subscription.TryRead(out var line))
                {
                    if (line.Missed > 0)
                        Missed(batch, line.Missed, json);
                    else
                        Write(batch, line, json, bare, width, context.Color());
                }

                if (subscription.TakeMissed() is > 0 and var missed)
                    Missed(batch, missed, json);
                await context.Response.Body.WriteAsync(batch.GetBuffer().AsMemory(0, (int)batch.Length), context.RequestAborted);
                await context.Response.Body.FlushAsync(context.RequestAborted);
            }
        }
        catch (OperationCanceledException)
        {
            // The follower went away: the usual end of following.
        }
    }

    private byte[] Start(LogSubscription subscription)
    {
        Dictionary<string, long> positions = new(StringComparer.Ordinal);
        foreach (var (path, position) in subscription.Begins)
        {
            var folder = services.Supervisor.LogStore.FolderOf(path);
            positions[folder] = Math.Max(position, positions.GetValueOrDefault(folder)); // instances may share a file: what was told last is the end of what was told
        }

        return [.. JsonSerializer.SerializeToUtf8Bytes(new LogStartView { Positions = positions }, ContractsJson.Default.LogStartView), (byte)'\n'];
    }

    private static void Missed(MemoryStream batch, long missed, bool json)
    {
        var text = $"… {missed.ToString("N0", CultureInfo.InvariantCulture)} lines missed, slow reader; they are in the log files";
        if (json)
            JsonSerializer.Serialize(batch, new LogLineView { App = "", Index = 0, Stream = "", Line = text, Missed = missed }, ContractsJson.Default.LogLineView);
        else
            batch.Write(Encoding.UTF8.GetBytes(text));
        batch.WriteByte((byte)'\n');
    }

    private static void Write(MemoryStream batch, LogLine line, bool json, bool bare, int width, bool color)
    {
        if (json)
        {
            var view = new LogLineView
            {
                App = line.Key.App,
                Index = line.Key.Index,
                Stream = line.Stderr ? "stderr" : "stdout",
                At = line.AtUnixNanos == 0 ? null : DateTimeOffset.UnixEpoch.AddTicks(line.AtUnixNanos / 100),
                Line = Encoding.UTF8.GetString(line.Bytes.Span),
            };
            JsonSerializer.Serialize(batch, view, ContractsJson.Default.LogLineView);
        }
        else
        {
            if (!bare)
                batch.Write(Encoding.UTF8.GetBytes(LogLinePrefix.Render(line.Key.App, line.Key.Index, line.Stderr, width, color)));
            batch.Write(line.Bytes.Span);
        }

        batch.WriteByte((byte)'\n');
    }
}
