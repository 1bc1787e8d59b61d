using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Pharos.Client.Startup;

namespace Pharos.Client.Stack;

/// <summary>The stack as apps of pharos: which programs are there, and a configuration file for <c>apply</c> that runs them with the shipped configuration.</summary>
internal static class NativeStack
{
    /// <summary>The configuration file, in the stack's folder; there while the stack is up.</summary>
    public const string AppsFile = "native.json";

    private const string Namespace = "observability";

    /// <summary>Finds the programs.</summary>
    /// <param name="shell">Whose PATH.</param>
    /// <param name="servers">What is looked for.</param>
    /// <param name="folder">Looked into before PATH; null: none.</param>
    /// <param name="programs">Path of each server's program that is there, by the server's name.</param>
    /// <returns>Null, or one line that says what is missing.</returns>
    public static string? Find(Shell shell, StackServer[] servers, string? folder, out Dictionary<string, string> programs)
    {
        programs = [];
        if (folder is not null && !Directory.Exists(folder))
            return $"there is no folder {folder}: --bin (or PHAROS_STACK_BIN) names the folder of the servers' programs";
        foreach (var server in servers)
        {
            var found = server.Programs
                .Select(p => folder is not null && File.Exists(Path.Combine(folder, p)) ? Path.Combine(folder, p) : Subprocess.Find(shell, p))
                .FirstOrDefault(p => p is not null);
            if (found is not null)
                programs[server.Name] = found;
        }

        var missing = new List<string>();
        foreach (var server in servers)
        {
            if (server.IsNeeded && !programs.ContainsKey(server.Name))
                missing.Add(string.Join(" or ", server.Programs));
        }

        if (missing.Count > 0)
            return $"no {string.Join(", no ", missing)} {(folder is null ? "" : $"in {folder} or ")}on PATH: install them, name their folder with --bin, or install docker or podman with compose";
        return Subprocess.Run(shell, [programs["prometheus"], "--web.enable-otlp-receiver", "--version"]).ExitCode == 0 // an unknown flag is a failure
            ? null
            : $"{programs["prometheus"]} has no OTLP receiver: take a released Prometheus 3, and name its folder with --bin";
    }

    /// <summary>Shipped files that are otherwise in the native form: addresses in files, where the server reads no environment.</summary>
    public static Dictionary<string, string> OwnFiles(StackAddresses at, StackFolder folder) => new(StringComparer.Ordinal)
    {
        ["otel-collector/prometheus/targets/prometheus.yml"] = $"- targets: [\"{at[StackAddresses.PrometheusVariable]}\"]\n",
        ["otel-collector/prometheus/targets/alertmanager.yml"] = $"- targets: [\"{at[StackAddresses.AlertmanagerVariable]}\"]\n",
        ["dashboards/provider.yaml"] = DashboardProvider(folder),
    };

    /// <summary>The configuration file for <c>apply</c>.</summary>
    /// <param name="shell">Whose variables for the vendor are handed on.</param>
    /// <param name="at">Where the servers listen.</param>
    /// <param name="folder">Their files.</param>
    /// <param name="servers">All servers.</param>
    /// <param name="programs">Those that are there.</param>
    /// <returns>JSON; it may hold the vendor's headers, which are secret.</returns>
    public static byte[] Apps(Shell shell, StackAddresses at, StackFolder folder, StackServer[] servers, Dictionary<string, string> programs)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteStartArray("apps");
            foreach (var server in servers.Where(s => programs.ContainsKey(s.Name)))
            {
                var (args, env) = Command(server.Name, shell, at, folder, programs);
                json.WriteStartObject();
                json.WriteString("name", server.App);
                json.WriteString("namespace", Namespace);
                json.WriteString("script", programs[server.Name]);
                json.WriteString("interpreter", "none");
                json.WriteString("cwd", folder.Path);
                json.WriteStartArray("args");
                foreach (var arg in args)
                    json.WriteStringValue(arg);
                json.WriteEndArray();
                json.WriteStartObject("env");
                foreach (var (name, value) in env)
                    json.WriteString(name, value);
                json.WriteString("PHAROS_STACK_FILES", HashOfFiles(folder, server.Name)); // else `up` would not restart a server whose files have changed
                json.WriteEndObject();
                json.WriteStartObject("stop");
                json.WriteString("signal", "SIGTERM");
                json.WriteString("grace", "20s"); // queues and write-ahead logs are brought to disk
                json.WriteEndObject();
                json.WriteStartObject("ready");
                json.WriteString("http", server.Ready);
                json.WriteEndObject();
                json.WriteStartObject("otel");
                json.WriteBoolean("inject", false); // OTEL_* would make the Collector and Grafana speak of themselves as something else
                json.WriteEndObject();
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return bytes.ToArray();
    }

    /// <summary>Names of the apps that the stack was started with; none when it is not up.</summary>
    public static List<string> AppsIn(StackFolder folder)
    {
        var names = new List<string>();
        if (!File.Exists(folder.At(AppsFile)))
            return names;
        using var file = JsonDocument.Parse(File.ReadAllBytes(folder.At(AppsFile)));
        foreach (var app in file.RootElement.GetProperty("apps").EnumerateArray())
            names.Add(app.GetProperty("name").GetString()!);
        return names;
    }

    private static (string[] Args, Dictionary<string, string> Env) Command(string server, Shell shell, StackAddresses at, StackFolder folder, Dictionary<string, string> programs)
    {
        string host(string variable) => StackAddresses.HostOf(at[variable]);
        string port(string variable) => StackAddresses.PortOf(at[variable]);
        string url(string variable) => $"http://{at[variable]}";
        return server switch
        {
            "collector" => ([.. Overlays(shell).Prepend("collector").SelectMany(c => (string[])["--config", folder.At($"otel-collector/{c}.yaml")])], new(at.Variables)
            {
                ["GOMEMLIMIT"] = "300MiB",
                ["PHAROS_STACK_QUEUE"] = Path.Combine(folder.Data, "collector"),
                ["PHAROS_STACK_SELF"] = at[StackAddresses.OtlpHttpVariable],
                ["PHAROS_STACK_LOGS_TO"] = Goes(shell, programs, "loki", StackAddresses.LokiVariable, "[otlp_http/loki]"),
                ["PHAROS_STACK_TRACES_TO"] = Goes(shell, programs, "tempo", StackAddresses.TempoVariable, "[otlp_grpc/tempo]"),
                ["PHAROS_VENDOR_ENDPOINT"] = shell.Variable("PHAROS_VENDOR_ENDPOINT") ?? "",
                ["PHAROS_VENDOR_HEADERS"] = shell.Variable("PHAROS_VENDOR_HEADERS") ?? "",
            }),
            "prometheus" =>
            ([
                $"--config.file={folder.At("otel-collector/prometheus/prometheus.yml")}",
                $"--storage.tsdb.path={Path.Combine(folder.Data, "prometheus")}",
                "--storage.tsdb.retention.time=15d",
                "--storage.tsdb.retention.size=8GB",
                "--web.enable-otlp-receiver",
                "--enable-feature=exemplar-storage",
                $"--web.listen-address={at[StackAddresses.PrometheusVariable]}",
            ], new()
            {
                ["GOMEMLIMIT"] = "820MiB",
                ["PHAROS_STACK_GRAFANA_URL"] = url(StackAddresses.GrafanaVariable),
                ["PHAROS_STACK_RUNBOOKS_URL"] = $"file://{folder.At("docs/runbooks/alerts.md")}",
            }),
            "alertmanager" =>
            ([
                $"--config.file={folder.At("otel-collector/alertmanager/alertmanager.yml")}",
                $"--storage.path={Path.Combine(folder.Data, "alertmanager")}",
                "--cluster.listen-address=", // empty: no gossip
                $"--web.listen-address={at[StackAddresses.AlertmanagerVariable]}",
            ], new() { ["GOMEMLIMIT"] = "100MiB" }),
            "loki" => ([$"-config.file={folder.At("otel-collector/loki/loki.yaml")}", "-config.expand-env=true"], new()
            {
                ["GOMEMLIMIT"] = "410MiB",
                ["PHAROS_STACK_LOKI_HOST"] = host(StackAddresses.LokiVariable),
                ["PHAROS_STACK_LOKI_PORT"] = port(StackAddresses.LokiVariable),
                ["PHAROS_STACK_LOKI_DATA"] = Path.Combine(folder.Data, "loki"),
            }),
            "tempo" => ([$"-config.file={folder.At("otel-collector/tempo/tempo.yaml")}", "-config.expand-env=true"], new()
            {
                ["GOMEMLIMIT"] = "410MiB",
                ["PHAROS_STACK_TEMPO_HOST"] = host(StackAddresses.TempoHttpVariable),
                ["PHAROS_STACK_TEMPO_PORT"] = port(StackAddresses.TempoHttpVariable),
                ["PHAROS_STACK_TEMPO_OTLP"] = at[StackAddresses.TempoVariable],
                ["PHAROS_STACK_TEMPO_DATA"] = Path.Combine(folder.Data, "tempo"),
            }),
            _ => (["server", .. GrafanaHome(programs[server]) is { } home ? new[] { "--homepath", home } : []], new()
            {
                ["GF_SERVER_HTTP_ADDR"] = host(StackAddresses.GrafanaVariable),
                ["GF_SERVER_HTTP_PORT"] = port(StackAddresses.GrafanaVariable),
                ["GF_PATHS_DATA"] = Path.Combine(folder.Data, "grafana"),
                ["GF_PATHS_PLUGINS"] = Path.Combine(folder.Data, "grafana", "plugins"),
                ["GF_PATHS_LOGS"] = Path.Combine(folder.Data, "grafana", "log"),
                ["GF_PATHS_PROVISIONING"] = folder.At("grafana-provisioning"),
                ["GF_SECURITY_ADMIN_PASSWORD__FILE"] = folder.Password,
                ["GF_AUTH_ANONYMOUS_ENABLED"] = "false",
                ["GF_USERS_ALLOW_SIGN_UP"] = "false",
                ["GF_ANALYTICS_REPORTING_ENABLED"] = "false",
                ["GF_ANALYTICS_CHECK_FOR_UPDATES"] = "false",
                ["GF_PLUGINS_PREINSTALL_DISABLED"] = "true",
                ["PHAROS_STACK_PROMETHEUS_URL"] = url(StackAddresses.PrometheusVariable),
                ["PHAROS_STACK_LOKI_URL"] = url(StackAddresses.LokiVariable),
                ["PHAROS_STACK_TEMPO_URL"] = url(StackAddresses.TempoHttpVariable),
                ["PHAROS_STACK_ALERTMANAGER_URL"] = url(StackAddresses.AlertmanagerVariable),
            }),
        };
    }

    /// <summary>Writes what Grafana's own folders want to be called otherwise.</summary>
    public static void WriteProvisioning(StackFolder folder)
    {
        folder.Write("grafana-provisioning/datasources/pharos.yaml", File.ReadAllBytes(folder.At("otel-collector/grafana/datasources.yaml")));
        folder.Write("grafana-provisioning/dashboards/pharos.yaml", Encoding.UTF8.GetBytes(DashboardProvider(folder)));
    }

    private static string DashboardProvider(StackFolder folder) =>
        $$"""
        apiVersion: 1
        providers:
          - name: pharos
            folder: Pharos
            type: file
            allowUiUpdates: false
            options: { path: "{{folder.At("dashboards")}}" }

        """;

    private static string HashOfFiles(StackFolder folder, string server)
    {
        string[] places = server switch
        {
            "collector" => ["otel-collector"],
            "grafana" => ["grafana-provisioning/datasources", "grafana-provisioning/dashboards"],
            "prometheus" => ["otel-collector/prometheus", "otel-collector/prometheus/rules"],
            _ => [$"otel-collector/{server}"],
        };
        using var all = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var file in places.SelectMany(p => Directory.GetFiles(folder.At(p))).Order(StringComparer.Ordinal))
            all.AppendData(File.ReadAllBytes(file));
        return Convert.ToHexStringLower(all.GetHashAndReset());
    }

    private static IEnumerable<string> Overlays(Shell shell)
    {
        if (shell.Variable("PHAROS_VENDOR_ENDPOINT") is not null)
            yield return "vendor";
    }

    /// <summary>Where a signal goes: to a store that runs here, or that the variable of its address names; else nowhere, instead of into a queue that fills up for nobody.</summary>
    private static string Goes(Shell shell, Dictionary<string, string> programs, string server, string address, string exporter) =>
        programs.ContainsKey(server) || shell.Variable(address) is not null ? exporter : "[nop]";

    /// <summary>Grafana wants its own files: beside its program, or where packages put them.</summary>
    private static string? GrafanaHome(string program)
    {
        var real = File.ResolveLinkTarget(program, returnFinalTarget: true)?.FullName ?? program;
        return new[] { Path.GetFullPath(Path.Combine(real, "..", "..")), "/usr/share/grafana" }.FirstOrDefault(h => File.Exists(Path.Combine(h, "conf", "defaults.ini")));
    }
}
