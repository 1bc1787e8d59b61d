using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Pharos.Api.Requests;
using Pharos.Contracts;
using Pharos.Contracts.Text;
using Pharos.Core.Lifecycle;
using Pharos.Supervisor;
using Pharos.Supervisor.Actors;
using Pharos.Supervisor.Operations;

namespace Pharos.Api.Endpoints;

/// <summary>Apps and instances: list, describe, declare, start, stop, restart, delete.</summary>
internal sealed class AppEndpoints(ApiServices services)
{
    private delegate Task<OperationRefused?> Operation(string selector, ActivityContext context, CancellationToken cancel);

    private const int MostInput = 65_536;

    private ProcessSupervisor Supervisor => services.Supervisor;

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v1/instances", ListAsync);
        routes.MapGet("/v1/apps/{selector}", DescribeAsync);
        routes.MapPost("/v1/apps", DeclareAsync);
        routes.MapPost("/v1/apps/{selector}/start", c => OperateAsync(c, Supervisor.StartAsync, "started"));
        routes.MapPost("/v1/apps/{selector}/stop", c => OperateAsync(c, Supervisor.StopAsync, "stopped"));
        routes.MapPost("/v1/apps/{selector}/restart", c => OperateAsync(c, Supervisor.RestartAsync, "restarted"));
        routes.MapPost("/v1/apps/{selector}/reload", ReloadAsync);
        routes.MapPost("/v1/apps/{selector}/scale", ScaleAsync);
        routes.MapPost("/v1/apps/{selector}/run", RunAsync);
        routes.MapPost("/v1/apps/{selector}/reset", ResetAsync);
        routes.MapPost("/v1/apps/{selector}/signal", SignalAsync);
        routes.MapDelete("/v1/apps/{selector}", DeleteAsync);
        routes.MapPost("/v1/instances/{selector}/stdin", WriteInputAsync);
    }

    private Task ResetAsync(HttpContext context) => OperateAsync(context, (selector, _, _) => Supervisor.ResetAsync(selector), "reset");

    public IReadOnlyList<InstanceView> Views(Func<InstanceActor, bool>? where = null)
    {
        var now = services.Time.GetUtcNow();
        return [.. Supervisor.Apps.Values.SelectMany(app => app.Instances.Where(i => where?.Invoke(i) ?? true).Select(i => ViewMapper.Of(i, app.Spec, now)))];
    }

    private async Task ListAsync(HttpContext context)
    {
        await Supervisor.FreshenSamplesAsync();
        var selector = context.Request.Query["app"].FirstOrDefault() ?? Selection.All;
        await (Supervisor.Select(selector, out _) is { } refused
            ? context.RefuseAsync(refused)
            : InstancesAsync(context, Views(i => Selection.Matches(selector, i.Snapshot.Key)), ""));
    }

    private async Task DescribeAsync(HttpContext context)
    {
        await Supervisor.FreshenSamplesAsync();
        var selector = Selector(context);
        if (Supervisor.Select(selector, out var actors) is { } refused)
        {
            await context.RefuseAsync(refused);
            return;
        }

        var now = services.Time.GetUtcNow();
        var withEnv = context.Request.Query["env"] == "1";
        var views = Supervisor.Apps.Values
            .Where(app => app.Instances.Any(i => actors.Contains(i)))
            .Select(app => ViewMapper.Of(app, Supervisor.InterpreterOf(app.Spec), now, withEnv))
            .Select(view => view with { Instances = [.. view.Instances.Where(i => actors.Any(a => a.Snapshot.Key.App == i.App && a.Snapshot.Key.Index == i.Index))] })
            .ToArray();
        await (context.WantsText() ? context.TextAsync(string.Join('\n', views.Select(v => AppDescription.Render(v, context.Width(), context.Color()))))
            : selector == Selection.All ? context.JsonAsync(views, ContractsJson.Default.AppViewArray)
            : context.JsonAsync(views[0], ContractsJson.Default.AppView));
    }

    private async Task DeclareAsync(HttpContext context)
    {
        var (read, request) = await context.ReadAsync(ContractsJson.Default.StartRequest, "a StartRequest");
        if (!read)
            return;

        IReadOnlyList<string> faults = ["the request body is empty"];
        var spec = request is null ? null : SpecReader.Read(request, services.Time.GetUtcNow(), out faults);
        if (spec is null)
        {
            await context.ProblemAsync(StatusCodes.Status400BadRequest, "invalid", string.Join("; ", faults));
            return;
        }

        if (await Supervisor.DeclareAsync(spec, ClientTrace.ContextOf(context), context.RequestAborted) is { } refused)
            await context.RefuseAsync(refused);
        else
            await InstancesAsync(context, Views(i => i.Snapshot.Key.App == spec.Name), $"started {spec.Name}\n", StatusCodes.Status201Created);
    }

    private async Task OperateAsync(HttpContext context, Operation operation, string done)
    {
        var selector = Selector(context);
        if (await operation(selector, ClientTrace.ContextOf(context), context.RequestAborted) is { } refused)
            await context.RefuseAsync(refused);
        else
            await InstancesAsync(context, Views(i => Selection.Matches(selector, i.Snapshot.Key)), $"{done} {selector}\n");
    }

    private Task ReloadAsync(HttpContext context)
    {
        var asked = context.Request.Query["parallel"].FirstOrDefault() ?? "1";
        return int.TryParse(asked, out var parallel) && parallel is > 0 and <= 1000
            ? OperateAsync(context, (selector, trace, cancel) => Supervisor.ReloadAsync(selector, parallel, trace, cancel), "reloaded")
            : context.ProblemAsync(StatusCodes.Status400BadRequest, "invalid", $"parallel '{asked}' is not a number from 1 to 1000");
    }

    private Task ScaleAsync(HttpContext context)
    {
        var to = context.Request.Query["to"].FirstOrDefault() ?? "";
        return OperateAsync(context, (selector, trace, cancel) => Supervisor.ScaleAsync(selector, to, trace, cancel), "scaled");
    }

    /// <summary>A command that waits exits as the job does.</summary>
    private async Task RunAsync(HttpContext context)
    {
        var name = Selector(context);
        var wait = context.Request.Query["wait"] == "1";
        var (refused, run) = await Supervisor.RunAsync(name, wait, ClientTrace.ContextOf(context), context.RequestAborted);
        if (run is null)
        {
            await context.RefuseAsync(refused!);
            return;
        }

        var view = ViewMapper.Of(name, run);
        var exitCode = wait ? run.ShellCode : 0;
        if (context.WantsText())
        {
            await context.TextAsync(RunTable.Line(view) + "\n", exitCode);
            return;
        }

        context.ExitWith(exitCode);
        await context.JsonAsync(view, ContractsJson.Default.RunView);
    }

    private async Task DeleteAsync(HttpContext context)
    {
        var selector = Selector(context);
        if (await Supervisor.DeleteAsync(selector, ClientTrace.ContextOf(context), context.RequestAborted) is { } refused)
            await context.RefuseAsync(refused);
        else if (context.WantsText())
            await context.TextAsync($"deleted {selector}\n");
        else
            await context.JsonAsync(Views(), ContractsJson.Default.IReadOnlyListInstanceView);
    }

    private Task SignalAsync(HttpContext context)
    {
        var asked = context.Request.Query["signal"].FirstOrDefault() ?? "";
        return SignalNames.TryParse(asked, out var signal)
            ? OperateAsync(context, (selector, _, _) => Task.FromResult(Supervisor.Signal(selector, signal)), $"{SignalNames.Of(signal)} to")
            : context.ProblemAsync(StatusCodes.Status400BadRequest, "invalid", $"signal '{asked}' is not a signal: write a name such as SIGUSR2, or a number from 1 to 64");
    }

    /// <summary>The body goes to the stdin of every instance that is meant, as it is.</summary>
    private async Task WriteInputAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        if (body.Length is 0 or > MostInput)
        {
            await context.ProblemAsync(StatusCodes.Status400BadRequest, "invalid", $"the body is {body.Length} bytes: send 1 to {MostInput}");
            return;
        }

        if (Supervisor.Select(Selector(context), out var actors) is { } refused)
        {
            await context.RefuseAsync(refused);
            return;
        }

        var faults = actors.Select(actor => (actor.Snapshot.Key, Line: actor.WriteInput(body.GetBuffer().AsSpan(0, (int)body.Length)))).Where(f => f.Line is not null).ToList();
        if (faults.Count > 0)
            await context.ProblemAsync(StatusCodes.Status409Conflict, "conflict", string.Join("; ", faults.Select(f => $"{f.Key}: {f.Line}")));
        else if (context.WantsText())
            await context.TextAsync("");
        else
            await InstancesAsync(context, Views(actors.Contains), "");
    }

    private static Task InstancesAsync(HttpContext context, IReadOnlyList<InstanceView> views, string message, int status = StatusCodes.Status200OK) =>
        context.WantsText()
            ? context.TextAsync(message + InstanceTable.Render(views, context.Width(), context.Color()), status: status)
            : context.JsonAsync(views, ContractsJson.Default.IReadOnlyListInstanceView, status);

    private static string Selector(HttpContext context) => (string)context.Request.RouteValues["selector"]!;
}
