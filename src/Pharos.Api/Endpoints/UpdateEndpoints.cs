using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Pharos.Contracts;
using Pharos.Contracts.Text;

namespace Pharos.Api.Endpoints;

/// <summary>Replaces the daemon in place. The answer to the order says that it begins; how it ended is asked of the daemon that comes of it.</summary>
internal sealed class UpdateEndpoints(ApiServices services)
{
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/v1/update", BeginAsync);
        routes.MapGet("/v1/update", LastAsync);
    }

    private async Task BeginAsync(HttpContext context)
    {
        var (read, request) = await context.ReadAsync(ContractsJson.Default.UpdateRequest, "an update request");
        if (!read)
            return;
        if (services.Update is not { } update || request is null || Refused(update, request) is not null)
        {
            var why = services.Update is null ? "this daemon cannot be replaced" : request is null ? "the request body is not an update request" : Refused(services.Update, request);
            await context.ProblemAsync(StatusCodes.Status400BadRequest, "invalid", $"the daemon is not replaced: {why}");
            return;
        }

        try
        {
            services.Supervisor.Save(); // what cannot be saved would be lost
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            await context.ProblemAsync(StatusCodes.Status500InternalServerError, "internal", $"the daemon is not replaced, since the state cannot be saved: {e.Message}");
            return;
        }

        // Before the answer: who asks how it went, asks the next one.
        services.Gate.Close();
        context.Response.Headers.Connection = "close";
        context.Response.OnCompleted(() =>
        {
            update.Begin(request);
            return Task.CompletedTask;
        });
        var begun = new UpdateView { Id = request.Id, From = services.Daemon.Version, Executable = request.Executable };
        await context.JsonAsync(begun, ContractsJson.Default.UpdateView, StatusCodes.Status202Accepted);
    }

    private static string? Refused(DaemonUpdate update, UpdateRequest request) =>
        request.Id is not { Length: > 0 and <= 64 } || !request.Id.All(char.IsAsciiLetterOrDigit) ? "id must be 1 to 64 letters and digits" : update.Refusal(request.Executable);

    private Task LastAsync(HttpContext context)
    {
        var id = context.Request.Query["id"].FirstOrDefault();
        if (services.Update?.Last is not { } last || (id is not null && last.Id != id))
        {
            return context.ProblemAsync(StatusCodes.Status404NotFound, "not-found",
                id is null ? "this daemon was not replaced since it was started" : $"this daemon knows of no such update; it is {services.Daemon.Version}, pid {services.Daemon.Pid}, and may have been started anew meanwhile");
        }

        if (last.Error is { } error && context.WantsText())
            return context.ProblemAsync(StatusCodes.Status500InternalServerError, "internal", $"the daemon was not replaced and goes on as it was: {error}");
        return context.WantsText() ? context.TextAsync(DaemonText.Render(last)) : context.JsonAsync(last, ContractsJson.Default.UpdateView);
    }
}
