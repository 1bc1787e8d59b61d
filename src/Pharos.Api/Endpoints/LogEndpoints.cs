using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Pharos.Contracts;
using Pharos.Contracts.Text;
using Pharos.Logs.Live;
using Pharos.Supervisor;

namespace Pharos.Api.Endpoints;

/// <summary>The last lines, then the live stream.</summary>
internal sealed class LogEndpoints(ApiServices services)
{
    private const int DefaultLines = 15;
    private const int MostLines = 100_000;

    public void Map(IEndpointRouteBuilder routes) => routes.MapGet("/v1/logs", StreamAsync);

    private async Task StreamAsync(HttpContext context)
    {
        var query = context.Request.Query;
        var selector = query["app"].FirstOrDefault() ?? Selection.All;
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

        if (services.Supervisor.Select(selector, out var actors) is { } refused)
        {
            await context.RefuseAsync(refused);
            return;
        }

        bool Wanted(LogLine l) => Selection.Matches(selector, l.Key) && (stream is null or "" || l.Stderr == (stream == "err"));
        using var subscription = services.Supervisor.Logs.Subscribe(actors.Select(a => a.Log), asked is null ? DefaultLines : lines, Wanted, follow == "1");
        var json = context.Request.Headers.Accept.Any(a => a?.Contains("json", StringComparison.Ordinal) == true);
        context.Response.ContentType = json ? "application/x-ndjson" : "text/plain; charset=utf-8";
        var width = actors.Select(a => a.Snapshot.Key.ToString().Length).DefaultIfEmpty(0).Max();
        var bare = actors.Count == 1 && selector != Selection.All;
        context.MayReadSlowly();
        try
        {
            await context.Response.Body.FlushAsync(context.RequestAborted);
            while (await subscription.WaitAsync(context.RequestAborted))
            {
                using var batch = new MemoryStream();
                while (batch.Length < 64 * 1024 && subscription.TryRead(out var line))
                    Write(batch, line, json, bare, width, context.Color());
                if (subscription.TakeMissed() is > 0 and var missed && !json)
                    batch.Write(Encoding.UTF8.GetBytes($"pharos: {missed} lines missed: this follower reads slower than the app writes; they are in the log file\n"));
                await context.Response.Body.WriteAsync(batch.GetBuffer().AsMemory(0, (int)batch.Length), context.RequestAborted);
                await context.Response.Body.FlushAsync(context.RequestAborted);
            }
        }
        catch (OperationCanceledException)
        {
            // The follower went away: the usual end of following.
        }
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
