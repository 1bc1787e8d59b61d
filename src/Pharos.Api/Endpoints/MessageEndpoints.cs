using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Pharos.Contracts;
using Pharos.Supervisor;
using Pharos.Supervisor.Actors;
using Pharos.Supervisor.Messages;

namespace Pharos.Api.Endpoints;

/// <summary>The channels of instances: values to them, values from them, and what they can be asked to do.</summary>
internal sealed class MessageEndpoints(ApiServices services)
{
    private const int LongestMessage = 1 << 20;
    private static readonly TimeSpan ActionPatience = TimeSpan.FromSeconds(10);

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/v1/instances/{selector}/message", SendAsync);
        routes.MapPost("/v1/instances/{selector}/action", ActAsync);
        routes.MapGet("/v1/messages", StreamAsync);
    }

    private static string Selector(HttpContext context) => (string)context.Request.RouteValues["selector"]!;

    private async Task SendAsync(HttpContext context)
    {
        var selector = Selector(context);
        if (services.Supervisor.Select(selector, out var actors) is { } refused)
        {
            await context.RefuseAsync(refused);
            return;
        }

        string json;
        try
        {
            using var document = await JsonDocument.ParseAsync(context.Request.Body, default, context.RequestAborted);
            json = OneLine(document.RootElement);
        }
        catch (JsonException e)
        {
            await context.ProblemAsync(StatusCodes.Status400BadRequest, "invalid", $"the request body is no JSON value: {e.Message}");
            return;
        }

        if (json.Length > LongestMessage)
        {
            await context.ProblemAsync(StatusCodes.Status400BadRequest, "invalid", $"a message has {LongestMessage} characters at most");
            return;
        }

        List<string> unreachable = [];
        foreach (var actor in actors)
        {
            if (actor.Speech?.Send(json) != true)
                unreachable.Add(actor.Snapshot.Key.ToString());
        }

        if (unreachable.Count == actors.Count)
            await context.ProblemAsync(StatusCodes.Status409Conflict, "conflict", $"no process of '{selector}' has an open channel: it is stopped, no Node app, or was declared with 'ipc: false'");
        else
            await context.JsonAsync(new SentView(actors.Count - unreachable.Count, unreachable), ContractsJson.Default.SentView);
    }

    private async Task ActAsync(HttpContext context)
    {
        var (read, request) = await context.ReadAsync(ContractsJson.Default.ActionRequest, "an ActionRequest");
        if (!read)
            return;
        var patience = ActionPatience;
        if (string.IsNullOrEmpty(request?.Action) || (request.Timeout is { } text && (!Durations.TryParse(text, out patience) || patience <= TimeSpan.Zero)))
        {
            await context.ProblemAsync(StatusCodes.Status400BadRequest, "invalid", string.IsNullOrEmpty(request?.Action) ? "action is empty: name what is to be done" : $"timeout '{request.Timeout}' is not a duration: write 500ms, 5s or a number of milliseconds");
            return;
        }

        if (services.Supervisor.Select(Selector(context), out var actors) is { } refused)
        {
            await context.RefuseAsync(refused);
            return;
        }

        using var late = new CancellationTokenSource(patience, services.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, context.RequestAborted);
        var parameter = request.Parameter is { ValueKind: not (JsonValueKind.Null or JsonValueKind.Undefined) } given ? OneLine(given) : null;
        IReadOnlyList<ActionView> views = await Task.WhenAll(actors.Select(a => AskAsync(a, request.Action, parameter, patience, either.Token)));
        context.ExitWith(views.Any(v => v.Error is not null) ? 1 : 0);
        await context.JsonAsync(views, ContractsJson.Default.IReadOnlyListActionView);
    }

    private static async Task<ActionView> AskAsync(InstanceActor actor, string action, string? parameter, TimeSpan patience, CancellationToken cancel)
    {
        var view = new ActionView { App = actor.Snapshot.Key.App, Index = actor.Snapshot.Key.Index };
        try
        {
            var answer = actor.Speech is { } speech ? await speech.AskAsync(action, parameter, cancel) : null;
            return answer is null ? view with { Error = "it has no open channel" } : view with { Answer = MessageViews.Element(answer) };
        }
        catch (OperationCanceledException)
        {
            return view with { Error = cancel.IsCancellationRequested ? $"no answer within {patience.TotalSeconds:0.###} s" : "its process ended before it answered" };
        }
    }

    private async Task StreamAsync(HttpContext context)
    {
        var selector = context.Request.Query["app"].FirstOrDefault() ?? Selection.All;
        if (services.Supervisor.Select(selector, out _) is { } refused)
        {
            await context.RefuseAsync(refused);
            return;
        }

        using var listener = services.Supervisor.Messages.Listen();
        context.Response.ContentType = "application/x-ndjson";
        context.MayReadSlowly();
        try
        {
            await context.Response.Body.FlushAsync(context.RequestAborted);
            while (await listener.WaitAsync(context.RequestAborted))
            {
                using var batch = new MemoryStream();
                while (batch.Length < 64 * 1024 && listener.TryRead(out var message))
                {
                    if (Selection.Matches(selector, message.Key))
                        Write(batch, message);
                }

                if (listener.TakeMissed() is > 0 and var missed)
                    batch.Write(Encoding.UTF8.GetBytes($"{{\"missed\":{missed}}}\n"));
                await context.Response.Body.WriteAsync(batch.GetBuffer().AsMemory(0, (int)batch.Length), context.RequestAborted);
                await context.Response.Body.FlushAsync(context.RequestAborted);
            }
        }
        catch (OperationCanceledException)
        {
            // The listener went away: the usual end of listening.
        }
    }

    private static void Write(MemoryStream batch, AppMessage message)
    {
        using (var writer = new Utf8JsonWriter(batch))
        {
            writer.WriteStartObject();
            writer.WriteString("app", message.Key.App);
            writer.WriteNumber("index", message.Key.Index);
            writer.WriteNumber("incarnation", message.Incarnation);
            writer.WriteString("at", message.At);
            writer.WritePropertyName("message");
            writer.WriteRawValue(message.Json);
            writer.WriteEndObject();
        }

        batch.WriteByte((byte)'\n');
    }

    /// <summary>As the channel needs it: without line breaks between its parts.</summary>
    private static string OneLine(JsonElement value)
    {
        using var bytes = new MemoryStream();
        using (var writer = new Utf8JsonWriter(bytes))
            value.WriteTo(writer);
        return Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length);
    }
}
