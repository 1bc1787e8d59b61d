using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Pharos.Contracts;
using Pharos.Contracts.Text;

namespace Pharos.Api.Endpoints;

/// <summary>Where telemetry goes: show it, take in a changed settings file, try it.</summary>
internal sealed class OtelEndpoints(ApiServices services)
{
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v1/otel", c => With(c, control => AnswerAsync(c, control.Show(), exitCode: 0)));
        routes.MapPost("/v1/otel/reload", c => With(c, async control =>
        {
            var view = await control.Reload();
            await AnswerAsync(c, view, view.Faults.Count > 0 ? 1 : 0);
        }));
        routes.MapPost("/v1/otel/test", c => With(c, control => TestAsync(c, control)));
    }

    private Task With(HttpContext context, Func<DestinationControl, Task> then) => services.Destinations is { } control
        ? then(control)
        : context.ProblemAsync(StatusCodes.Status404NotFound, "not-found", "this daemon sends no telemetry");

    private static Task AnswerAsync(HttpContext context, OtelView view, int exitCode)
    {
        context.ExitWith(exitCode);
        return context.WantsText() ? context.TextAsync(OtelText.Render(view), exitCode) : context.JsonAsync(view, ContractsJson.Default.OtelView);
    }

    private static async Task TestAsync(HttpContext context, DestinationControl control)
    {
        var name = context.Request.Query["name"].FirstOrDefault();
        if (await control.Test(name, context.RequestAborted) is not { } view)
        {
            await context.ProblemAsync(StatusCodes.Status404NotFound, "not-found", name is null ? "there is no destination to test; 'pharos otel set' makes one" : $"there is no destination '{name}'; 'pharos otel show' lists them");
            return;
        }

        var exitCode = view.Results.Any(r => r.Outcome == "failed") ? 1 : 0;
        context.ExitWith(exitCode);
        await (context.WantsText() ? context.TextAsync(OtelText.Render(view), exitCode) : context.JsonAsync(view, ContractsJson.Default.OtelTestView));
    }
}
