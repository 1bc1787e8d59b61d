using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Pharos.Api.Endpoints;

namespace Pharos.Api;

/// <summary>The control API over the unix socket, and the metrics page over a port when asked.</summary>
public static class ControlApi
{
    /// <summary>The connection came over the metrics port: nothing but the metrics page is there.</summary>
    private const string MetricsOnly = "pharos.metrics-only";

    /// <summary>A connection on which nothing was asked yet.</summary>
    private const string Silent = "pharos.silent";

    /// <summary>Listens on the socket; a peer that may not command this daemon is cut off before its first byte is read.</summary>
    /// <param name="kestrel">The server.</param>
    /// <param name="path">Path of the socket.</param>
    /// <param name="services">What the endpoints work with.</param>
    public static void ListenOnSocket(KestrelServerOptions kestrel, string path, Func<ApiServices> services) =>
        kestrel.ListenUnixSocket(path, listen => listen.Use(next => async connection =>
        {
            var socket = connection.Features.Get<IConnectionSocketFeature>()?.Socket;
            if (socket is null || !services().IsAllowed(socket))
            {
                connection.Abort(new ConnectionAbortedException("peer credentials refused"));
                return;
            }

            using var silent = services().Gate.Enter();
            connection.Items[Silent] = silent;
            await next(connection);
        }));

    /// <summary>Listens on a port for scrapes.</summary>
    /// <param name="kestrel">The server.</param>
    /// <param name="address">Address and port.</param>
    public static void ListenForScrapes(KestrelServerOptions kestrel, System.Net.IPEndPoint address) =>
        kestrel.Listen(address, listen => listen.Use(next => connection =>
        {
            connection.Items[MetricsOnly] = true;
            return next(connection);
        }));

    /// <summary>Maps every endpoint.</summary>
    /// <param name="app">The web application.</param>
    /// <param name="services">What the endpoints work with.</param>
    public static void Map(WebApplication app, ApiServices services)
    {
        app.Use(next => async context =>
        {
            var metricsOnly = context.Features.Get<IConnectionItemsFeature>()?.Items.ContainsKey(MetricsOnly) == true;
            if (metricsOnly && (context.Request.Path != "/metrics" || !HttpMethods.IsGet(context.Request.Method)))
            {
                context.Response.StatusCode = StatusCodes.Status404NotFound;
                return;
            }

            using var visit = IsFollower(context.Request) ? null : services.Gate.Enter(IsRepeatable(context.Request));
            (context.Features.Get<IConnectionItemsFeature>()?.Items.TryGetValue(Silent, out var silent) == true ? silent as IDisposable : null)?.Dispose();
            await services.Gate.Opened;
            services.Supervisor.Stats.Requested();
            context.Response.OnStarting(() =>
            {
                services.Supervisor.SaveWhatIsShown();
                return Task.CompletedTask;
            });
            await next(context);
            if (services.ClientSpan is { } send && ClientTrace.SpanOf(context, services) is { } span)
                send(span);
        });
        MapEndpoints(app, services);
        app.MapFallback("{*path}", context => context.ProblemAsync(StatusCodes.Status404NotFound, "not-found", $"no endpoint {context.Request.Method} {context.Request.Path}; GET /openapi.json lists them"));
    }

    /// <summary>Asking twice does what asking once does, and the command line does so by itself.</summary>
    private static bool IsRepeatable(HttpRequest request) =>
        HttpMethods.IsGet(request.Method) || request.Path.Value is { } path && (path.EndsWith("/start", StringComparison.Ordinal) || path.EndsWith("/stop", StringComparison.Ordinal));

    /// <summary>Whoever reads a stream that has no end, and is there again when the daemon was replaced.</summary>
    private static bool IsFollower(HttpRequest request) =>
        request.Path == "/v1/events" || request.Path == "/v1/messages" || (request.Path == "/v1/logs" && request.Query["follow"] != "0");

    internal static void MapEndpoints(IEndpointRouteBuilder routes, ApiServices services)
    {
        var apps = new AppEndpoints(services);
        apps.Map(routes);
        new ApplyEndpoint(services, apps).Map(routes);
        new LogEndpoints(services).Map(routes);
        new MessageEndpoints(services).Map(routes);
        new DaemonEndpoints(services, apps).Map(routes);
        new UpdateEndpoints(services).Map(routes);
        new OtelEndpoints(services).Map(routes);
    }
}
