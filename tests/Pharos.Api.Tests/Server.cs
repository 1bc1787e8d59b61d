using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Pharos.Contracts;
using Pharos.Supervisor.Tests;
using Pharos.Telemetry.Records;
using Xunit;

namespace Pharos.Api.Tests;

/// <summary>The real server on a unix socket, over a supervisor with a fake kernel.</summary>
public sealed class Server : IAsyncLifetime
{
    private WebApplication? _web;

    internal World World { get; } = new(time: TimeProvider.System);

    internal TaskCompletionSource<bool> Shutdown { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal bool Allowed { get; set; } = true;

    public HttpClient Http { get; private set; } = new();

    internal string Socket => World.Home.Path + "/api.sock";

    internal IEnumerable<(string Method, string Path)> Mapped => ((IEndpointRouteBuilder)_web!).DataSources.SelectMany(s => s.Endpoints).OfType<RouteEndpoint>()
        .Where(e => e.Metadata.GetMetadata<HttpMethodMetadata>() is not null)
        .SelectMany(e => e.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods.Select(m => (m.ToLowerInvariant(), e.RoutePattern.RawText!)));

    public async Task InitializeAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddRoutingCore();
        builder.WebHost.UseKestrelCore();
        ApiServices? services = null;
        builder.WebHost.ConfigureKestrel(k => ControlApi.ListenOnSocket(k, Socket, () => services!));
        _web = builder.Build();
        services = new ApiServices
        {
            Supervisor = World.Supervisor,
            Daemon = new DaemonView { Version = "1", Pid = 1, StartedAt = DateTimeOffset.UnixEpoch, Home = "/home" },
            Metrics = _ => new MetricsPage("text/plain", Encoding.UTF8.GetBytes("# metrics\n")),
            IsAllowed = _ => Allowed,
            Shutdown = keep => Shutdown.TrySetResult(keep),
            ClientResource = new TelemetryResource([("service.name", "pharos")]),
            Time = TimeProvider.System,
        };
        ControlApi.Map(_web, services);
        await _web.StartAsync();
        Http = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancel) =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(Socket), cancel);
                return new NetworkStream(socket, ownsSocket: true);
            },
        })
        { BaseAddress = new Uri("http://pharos"), Timeout = TimeSpan.FromSeconds(20) };
    }

    internal async Task<(int Status, string Body, HttpResponseMessage Answer)> Ask(string method, string path, string? body = null, string? accept = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (body is not null)
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        if (accept is not null)
            request.Headers.Add("Accept", accept);
        var answer = await Http.SendAsync(request);
        return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync(), answer);
    }

    internal Task<(int Status, string Body, HttpResponseMessage Answer)> Declare(string name, params (string, string)[] env) =>
        Ask("POST", "/v1/apps", JsonSerializer.Serialize(
            new StartRequest { Script = "/bin/app", Cwd = "/", Name = name, Env = env.ToDictionary(e => e.Item1, e => e.Item2) }, ContractsJson.Default.StartRequest));

    public async Task DisposeAsync()
    {
        Http.Dispose();
        await _web!.StopAsync();
        await _web.DisposeAsync();
        await World.DisposeAsync();
    }
}
