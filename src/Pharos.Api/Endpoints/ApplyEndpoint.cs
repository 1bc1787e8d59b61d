using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Pharos.Api.Requests;
using Pharos.Contracts;
using Pharos.Contracts.Text;
using Pharos.Core.Specs;
using Pharos.Supervisor.Apply;

namespace Pharos.Api.Endpoints;

/// <summary>Apply: all apps of a file at once, validated before anything is touched.</summary>
internal sealed class ApplyEndpoint(ApiServices services, AppEndpoints apps)
{
    public void Map(IEndpointRouteBuilder routes) => routes.MapPost("/v1/apply", ApplyAsync);

    private async Task ApplyAsync(HttpContext context)
    {
        var (read, request) = await context.ReadAsync(ContractsJson.Default.ApplyRequest, "an ApplyRequest");
        if (!read)
            return;

        List<string> faults = [];
        var specs = request is null ? [] : Read(request, faults);
        if (request is null)
            faults.Add("the request body is empty");
        else if (!request.Source.StartsWith('/'))
            faults.Add($"source '{request.Source}' is not an absolute path");
        if (faults.Count > 0)
        {
            await context.ProblemAsync(StatusCodes.Status400BadRequest, "invalid", string.Join("; ", faults));
            return;
        }

        Func<string, bool>? prune = request!.Prune ? name => request.Only.Count == 0 || request.Only.Contains(name) : null;
        var changes = await services.Supervisor.ApplyAsync(specs, request.Source, request.Start, prune, request.DryRun, ClientTrace.ContextOf(context), context.RequestAborted);
        var plan = new PlanView { Source = request.Source, DryRun = request.DryRun, Apps = [.. changes.Select(Of)] };
        var failed = changes.Any(c => c.Error is not null) ? 1 : 0;
        if (!context.WantsText())
        {
            context.ExitWith(failed);
            await context.JsonAsync(plan, ContractsJson.Default.PlanView);
            return;
        }

        var text = PlanText.Render(plan, context.Color());
        var names = changes.Select(c => c.Name).ToHashSet();
        var table = request.DryRun ? "" : InstanceTable.Render(apps.Views(i => names.Contains(i.Snapshot.Key.App)), context.Width(), context.Color());
        await context.TextAsync(text + table, failed);
    }

    private List<AppSpec> Read(ApplyRequest request, List<string> faults)
    {
        List<AppSpec> specs = [];
        foreach (var app in request.Apps)
        {
            if (SpecReader.Read(app, services.Time.GetUtcNow(), out var wrong) is not { } spec)
                faults.AddRange(wrong.Select(w => $"{app.Name ?? app.Script}: {w}"));
            else if (specs.Exists(s => s.Name == spec.Name))
                faults.Add($"{spec.Name}: is there twice; a name is accepted once");
            else
                specs.Add(spec);
        }

        return specs;
    }

    private static AppPlanView Of(AppChange change) => new()
    {
        App = change.Name,
        Action = change.Kind switch
        {
            ChangeKind.Create => "create",
            ChangeKind.Update => "update",
            ChangeKind.Scale => "scale",
            ChangeKind.Start => "start",
            ChangeKind.Unchanged => "unchanged",
            ChangeKind.Delete => "delete",
        },
        Fields = change.Fields,
        From = change.From,
        To = change.To,
        Error = change.Error,
    };
}
