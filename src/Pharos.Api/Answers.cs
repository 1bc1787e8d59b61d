using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Pharos.Contracts;
using Pharos.Supervisor.Operations;

namespace Pharos.Api;

/// <summary>Answers in JSON, or rendered for a terminal when the client asks for text.</summary>
internal static class Answers
{
    private const string ExitCode = "Pharos-Exit-Code";

    public static bool WantsText(this HttpContext context) =>
        context.Request.Headers.Accept.Any(a => a?.StartsWith("text/plain", StringComparison.Ordinal) == true);

    public static int Width(this HttpContext context) =>
        int.TryParse(context.Request.Query["width"], out var width) && width is >= 0 and <= 10_000 ? width : 0;

    public static bool Color(this HttpContext context) => context.Request.Query["color"] == "1";

    /// <summary>A person may hold a terminal for an hour: the server must not cut it off. What waits for it is bounded by its subscription.</summary>
    public static void MayReadSlowly(this HttpContext context)
    {
        if (context.Features.Get<IHttpMinResponseDataRateFeature>() is { } rate)
            rate.MinDataRate = null;
    }

    public static void ExitWith(this HttpContext context, int exitCode) => context.Response.Headers[ExitCode] = exitCode.ToString();

    /// <summary>Reads the body; one that is not what it should be is refused in words.</summary>
    /// <returns>False when it was refused; the value is null when the body says so.</returns>
    public static async Task<(bool Read, T? Value)> ReadAsync<T>(this HttpContext context, JsonTypeInfo<T> type, string what)
        where T : class
    {
        try
        {
            return (true, await JsonSerializer.DeserializeAsync(context.Request.Body, type, context.RequestAborted));
        }
        catch (JsonException e)
        {
            await context.ProblemAsync(StatusCodes.Status400BadRequest, "invalid", $"the request body is not {what}: {e.Message}");
            return (false, null);
        }
    }

    public static Task JsonAsync<T>(this HttpContext context, T value, JsonTypeInfo<T> type, int status = StatusCodes.Status200OK)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json; charset=utf-8";
        return JsonSerializer.SerializeAsync(context.Response.Body, value, type, context.RequestAborted);
    }

    public static Task TextAsync(this HttpContext context, string text, int exitCode = 0, int status = StatusCodes.Status200OK)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/plain; charset=utf-8";
        context.Response.Headers[ExitCode] = exitCode.ToString();
        var bytes = Encoding.UTF8.GetBytes(text);
        context.Response.ContentLength = bytes.Length;
        return context.Response.Body.WriteAsync(bytes, context.RequestAborted).AsTask();
    }

    public static Task ProblemAsync(this HttpContext context, int status, string title, string detail)
    {
        if (context.WantsText())
            return context.TextAsync($"pharos: {detail}\n", exitCode: 1, status);
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/problem+json";
        context.Response.Headers[ExitCode] = "1";
        var problem = new ProblemView { Status = status, Title = title, Detail = detail };
        return JsonSerializer.SerializeAsync(context.Response.Body, problem, ContractsJson.Default.ProblemView, context.RequestAborted);
    }

    public static Task RefuseAsync(this HttpContext context, OperationRefused refused) => refused.Kind switch
    {
        Refusal.NotFound => context.ProblemAsync(StatusCodes.Status404NotFound, "not-found", refused.Line),
        Refusal.Conflict => context.ProblemAsync(StatusCodes.Status409Conflict, "conflict", refused.Line),
        Refusal.Invalid => context.ProblemAsync(StatusCodes.Status400BadRequest, "invalid", refused.Line),
        Refusal.SpawnFailed => context.ProblemAsync(StatusCodes.Status422UnprocessableEntity, "spawn-failed", refused.Line),
    };
}
