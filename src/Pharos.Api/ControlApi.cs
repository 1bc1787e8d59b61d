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

    /// <summary>Listens on the socket; a peer that may not command this daemon is cut off before its first byte is read.</summary>
    /// <param name="kestrel">The server.</param>
    /// <param name="path">Path of the socket.</param>
    /// <param name="services">What the endpoints work with.</param>
    public static void ListenOnSocket(KestrelServerOptions kestrel, string path, Func<ApiServices> services) =>
        kestrel.ListenUnixSocket(path, listen => listen.Use(next => connection =>
        {
            var socket = connection.Features.Get<IConnectionSocketFeature>()?.Socket;
            if (socket is not null && services().IsAllowed(socket))
                return next(connection);
            connection.Abort(new ConnectionAbortedException("peer credentials refused"));
            return Task.CompletedTask;
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

            await services.Resumed.WaitAsync(context.RequestAborted);
            services.Supervisor.Stats.Requested();
            await next(context);
            if (services.ClientSpan is { } send && ClientTrace.SpanOf(context, services) is { } span)
                send(span);
        });
        MapEndpoints(app, services);
        app.MapFallback("{*path}", context => context.ProblemAsync(StatusCodes.Status404NotFound, "not-found", $"no endpoint {context.Request.Method} {context.Request.Path}; GET /openapi.json lists them"));
    }

    internal static void MapEndpoints(IEndpointRouteBuilder routes, ApiServices services)
    {
        var apps = new AppEndpoints(services);
        apps.Map(routes);
        new ApplyEndpoint(services, apps).Map(routes);
        new LogEndpoints(services).Map(routes);
        new DaemonEndpoints(services, apps).Map(routes);
    }
}
