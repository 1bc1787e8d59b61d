using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Pharos.Contracts;
using Pharos.Contracts.Text;
using Pharos.Core.Ports;

namespace Pharos.Api.Endpoints;

/// <summary>The daemon itself: who it is, its events, saving, shutting down, metrics, the API document.</summary>
internal sealed class DaemonEndpoints(ApiServices services, AppEndpoints apps)
{
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v1/daemon", c => c.WantsText()
            ? c.TextAsync(c.Request.Query["status"] == "1" ? DaemonText.RenderStatus(Now()) : DaemonText.Render(Now()))
            : c.JsonAsync(Now(), ContractsJson.Default.DaemonView));
        routes.MapGet("/v1/events", EventsAsync);
        routes.MapPost("/v1/save", SaveAsync);
        routes.MapPost("/v1/resurrect", ResurrectAsync);
        routes.MapPost("/v1/shutdown", ShutdownAsync);
        routes.MapGet("/metrics", MetricsAsync);
        routes.MapGet("/openapi.json", DocumentAsync);
    }

    public Task MetricsAsync(HttpContext context)
    {
        var page = services.Metrics(context.Request.Headers.Accept.ToString());
        context.Response.ContentType = page.ContentType;
        context.Response.ContentLength = page.Body.Length;
        return context.Response.Body.WriteAsync(page.Body, context.RequestAborted).AsTask();
    }

    private async Task EventsAsync(HttpContext context)
    {
        var (snapshot, sequence, changes, leave) = services.Supervisor.Events.Observe(() => apps.Views());
        using (leave)
        {
            context.Response.ContentType = "text/event-stream";
            context.Response.Headers.CacheControl = "no-store";
            context.MayReadSlowly();
            try
            {
                await SendAsync(context, "snapshot", sequence, JsonSerializer.SerializeToUtf8Bytes(snapshot, ContractsJson.Default.IReadOnlyListInstanceView));
                await foreach (var change in changes.ReadAllAsync(context.RequestAborted))
                {
                    if (!services.Supervisor.Apps.TryGetValue(change.Instance.Key.App, out var app) || app.Instances.FirstOrDefault(i => i.Snapshot.Key.Index == change.Instance.Key.Index) is not { } instance)
                        continue; // deleted since, or declared anew with fewer
                    var view = new EventView
                    {
                        Sequence = change.Sequence,
                        At = change.At,
                        Name = change.Name,
                        Instance = ViewMapper.Of(instance, app.Spec, change.Instance, change.At),
                    };
                    await SendAsync(context, "change", change.Sequence, JsonSerializer.SerializeToUtf8Bytes(view, ContractsJson.Default.EventView));
                }
            }
            catch (OperationCanceledException)
            {
                // The observer went away: the usual end of observing.
            }
        }
    }

    private static async Task SendAsync(HttpContext context, string name, long id, byte[] data)
    {
        await context.Response.WriteAsync($"id: {id}\nevent: {name}\ndata: ", context.RequestAborted);
        await context.Response.Body.WriteAsync(data, context.RequestAborted);
        await context.Response.WriteAsync("\n\n", context.RequestAborted);
        await context.Response.Body.FlushAsync(context.RequestAborted);
    }

    private async Task SaveAsync(HttpContext context)
    {
        SavedView saved;
        try
        {
            saved = new SavedView(services.Supervisor.Save(), services.Supervisor.Apps.Count);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            await context.ProblemAsync(StatusCodes.Status500InternalServerError, "internal", $"cannot save: {e.Message}");
            return;
        }

        await (context.WantsText() ? context.TextAsync(DaemonText.Render(saved)) : context.JsonAsync(saved, ContractsJson.Default.SavedView));
    }

    private DaemonView Now()
    {
        var actors = services.Supervisor.Actors.ToList();
        return services.Daemon with
        {
            Apps = services.Supervisor.Apps.Count,
            Instances = actors.Count,
            Running = actors.Count(a => a.Snapshot.State.Alive),
            StateError = services.Supervisor.StateError,
            Destination = services.Destinations is { } destinations ? destinations.Summary() : services.Daemon.Destination,
        };
    }

    private async Task ResurrectAsync(HttpContext context)
    {
        ResurrectView done;
        try
        {
            var (source, apps) = await services.Supervisor.ResurrectAsync(context.Request.Query["file"].FirstOrDefault(), ClientTrace.ContextOf(context), context.RequestAborted);
            done = new ResurrectView
            {
                Source = source,
                Apps = [.. apps.Select(a => new ResurrectedView { App = a.App, Declared = a.Declared, Started = a.Started, Up = a.Up, Error = a.Error })],
            };
        }
        catch (StateUnreadableException e)
        {
            await context.ProblemAsync(StatusCodes.Status400BadRequest, "invalid", e.Message);
            return;
        }

        var failed = done.Apps.Any(a => a.Error is not null) ? 1 : 0;
        context.ExitWith(failed);
        await (context.WantsText() ? context.TextAsync(DaemonText.Render(done), failed) : context.JsonAsync(done, ContractsJson.Default.ResurrectView));
    }

    private async Task ShutdownAsync(HttpContext context)
    {
        foreach (var name in (string[])["keepApps", "forGood"])
        {
            if (context.Request.Query[name].FirstOrDefault() is { } asked && asked is not ("0" or "1"))
            {
                // Taken for "no", "true" would stop every app.
                await context.ProblemAsync(StatusCodes.Status400BadRequest, "invalid", $"{name} '{asked}' is not one of 0, 1");
                return;
            }
        }

        var keep = context.Request.Query["keepApps"] == "1";
        if (!keep)
            await services.Supervisor.StopEverythingAsync(forGood: context.Request.Query["forGood"] != "0", ClientTrace.ContextOf(context));
        context.Response.OnCompleted(() =>
        {
            services.Shutdown(keep);
            return Task.CompletedTask;
        });
        if (context.WantsText())
            await context.TextAsync(keep ? "daemon stopped, apps keep running\n" : "all apps stopped, daemon stopped\n");
        else
            await context.JsonAsync(services.Daemon, ContractsJson.Default.DaemonView);
    }

    private static async Task DocumentAsync(HttpContext context)
    {
        context.Response.ContentType = "application/json; charset=utf-8";
        await using var document = typeof(DaemonEndpoints).Assembly.GetManifestResourceStream("openapi.json")!;
        await document.CopyToAsync(context.Response.Body, context.RequestAborted);
    }
}
