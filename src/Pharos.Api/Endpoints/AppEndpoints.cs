using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Pharos.Api.Requests;
using Pharos.Contracts;
using Pharos.Contracts.Text;
using Pharos.Supervisor;
using Pharos.Supervisor.Actors;
using Pharos.Supervisor.Operations;

namespace Pharos.Api.Endpoints;

/// <summary>Apps and instances: list, describe, declare, start, stop, restart, delete.</summary>
internal sealed class AppEndpoints(ApiServices services)
{
    private delegate Task<OperationRefused?> Operation(string selector, ActivityContext context, CancellationToken cancel);

    private ProcessSupervisor Supervisor => services.Supervisor;

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v1/instances", ListAsync);
        routes.MapGet("/v1/apps/{selector}", DescribeAsync);
        routes.MapPost("/v1/apps", DeclareAsync);
        routes.MapPost("/v1/apps/{selector}/start", c => OperateAsync(c, Supervisor.StartAsync, "started"));
        routes.MapPost("/v1/apps/{selector}/stop", c => OperateAsync(c, Supervisor.StopAsync, "stopped"));
        routes.MapPost("/v1/apps/{selector}/restart", c => OperateAsync(c, Supervisor.RestartAsync, "restarted"));
        routes.MapPost("/v1/apps/{selector}/run", RunAsync);
        routes.MapDelete("/v1/apps/{selector}", DeleteAsync);
    }

    public IReadOnlyList<InstanceView> Views(Func<InstanceActor, bool>? where = null)
    {
        var now = services.Time.GetUtcNow();
        return [.. Supervisor.Apps.Values.SelectMany(app => app.Instances.Where(i => where?.Invoke(i) ?? true).Select(i => ViewMapper.Of(i, app.Spec, now)))];
    }

    private Task ListAsync(HttpContext context)
    {
        var selector = context.Request.Query["app"].FirstOrDefault() ?? Selection.All;
        return Supervisor.Select(selector, out _) is { } refused
            ? context.RefuseAsync(refused)
            : InstancesAsync(context, Views(i => Selection.Matches(selector, i.Snapshot.Key)), "");
    }

    private Task DescribeAsync(HttpContext context)
    {
        var selector = Selector(context);
        if (Supervisor.Select(selector, out var actors) is { } refused)
            return context.RefuseAsync(refused);
        var now = services.Time.GetUtcNow();
        var views = Supervisor.Apps.Values
            .Where(app => app.Instances.Any(i => actors.Contains(i)))
            .Select(app => ViewMapper.Of(app, Supervisor.InterpreterOf(app.Spec), now))
            .Select(view => view with { Instances = [.. view.Instances.Where(i => actors.Any(a => a.Snapshot.Key.App == i.App && a.Snapshot.Key.Index == i.Index))] })
            .ToArray();
        if (context.WantsText())
            return context.TextAsync(string.Join('\n', views.Select(v => AppDescription.Render(v, context.Width(), context.Color()))));
        return selector == Selection.All
            ? context.JsonAsync(views, ContractsJson.Default.AppViewArray)
            : context.JsonAsync(views[0], ContractsJson.Default.AppView);
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

    private static Task InstancesAsync(HttpContext context, IReadOnlyList<InstanceView> views, string message, int status = StatusCodes.Status200OK) =>
        context.WantsText()
            ? context.TextAsync(message + InstanceTable.Render(views, context.Width(), context.Color()), status: status)
            : context.JsonAsync(views, ContractsJson.Default.IReadOnlyListInstanceView, status);

    private static string Selector(HttpContext context) => (string)context.Request.RouteValues["selector"]!;
}
