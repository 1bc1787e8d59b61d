using System.Net;
using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Pharos.Client;

namespace Pharos.Serve;

/// <summary>serve: a folder as a web site, in the foreground. <c>pm2 serve</c> keeps one as an app.</summary>
internal static class ServeVerb
{
    /// <summary>Runs it until a signal comes.</summary>
    /// <param name="args"><c>--environment</c>: everything comes in PM2_SERVE_*.</param>
    /// <param name="shell">The shell.</param>
    /// <returns>The exit code.</returns>
    public static int Run(string[] args, Shell shell)
    {
        if (args is not ["--environment"])
            return shell.Fail("serve is what 'pm2 serve' runs as an app; it takes --environment and PM2_SERVE_*", ExitCodes.Usage);
        if (ServeSettings.Of(shell.Variable, shell.Cwd, out var fault) is not { } settings)
            return shell.Fail(fault!, ExitCodes.Usage);
        if (!Directory.Exists(settings.Root))
            return shell.Fail($"{settings.Root} is not a folder");
        return RunAsync(settings, shell).GetAwaiter().GetResult();
    }

    private static async Task<int> RunAsync(ServeSettings settings, Shell shell)
    {
        if (!IPAddress.TryParse(settings.Host == "localhost" ? "127.0.0.1" : settings.Host, out var address))
            return shell.Fail($"PM2_SERVE_HOST '{settings.Host}' is not an address");
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton<IHostLifetime, ForeverLifetime>();
        builder.WebHost.UseKestrelCore();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(address, settings.Port);
        });
        await using var web = builder.Build();
        var site = new StaticSite(settings);
        web.Run(site.AnswerAsync);
        var end = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var term = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        try
        {
            await web.StartAsync();
        }
        catch (IOException e) when (e.InnerException is AddressInUseException)
        {
            return shell.Fail($"port {settings.Port} is in use: choose another");
        }

        shell.Print($"Exposing {settings.Root} directory on {settings.Host}:{settings.Port}\n");
        await end.Task;
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        await web.StopAsync(patience.Token);
        return ExitCodes.Ok;

        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = true;
            end.TrySetResult();
        }
    }

    private sealed class ForeverLifetime : IHostLifetime
    {
        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
