using System.Globalization;

namespace Pharos.Client.Stack;

/// <summary>Where the servers listen, each HOST:PORT.</summary>
internal sealed class StackAddresses
{
    private static readonly (string Variable, string Default)[] All =
    [
        (OtlpGrpcVariable, "127.0.0.1:4317"), (OtlpHttpVariable, "127.0.0.1:4318"), (HealthVariable, "127.0.0.1:13133"),
        (PrometheusVariable, "127.0.0.1:9090"), (AlertmanagerVariable, "127.0.0.1:9093"), (LokiVariable, "127.0.0.1:3100"),
        (TempoVariable, "127.0.0.1:14317"), (TempoHttpVariable, "127.0.0.1:3200"), (GrafanaVariable, "127.0.0.1:3000"),
    ];

    private readonly Dictionary<string, string> _addresses = [];

    private StackAddresses()
    {
    }

    public const string OtlpGrpcVariable = "PHAROS_STACK_OTLP_GRPC";
    public const string OtlpHttpVariable = "PHAROS_STACK_OTLP_HTTP";
    public const string HealthVariable = "PHAROS_STACK_HEALTH";
    public const string PrometheusVariable = "PHAROS_STACK_PROMETHEUS";
    public const string AlertmanagerVariable = "PHAROS_STACK_ALERTMANAGER";
    public const string LokiVariable = "PHAROS_STACK_LOKI";
    public const string TempoVariable = "PHAROS_STACK_TEMPO";
    public const string TempoHttpVariable = "PHAROS_STACK_TEMPO_HTTP";
    public const string GrafanaVariable = "PHAROS_STACK_GRAFANA";

    /// <summary>Receives alerts; null: nobody is told.</summary>
    public Uri? Webhook { get; private init; }

    /// <summary>The address that a variable names, or its default.</summary>
    public string this[string variable] => _addresses[variable];

    /// <summary>Every variable with its address.</summary>
    public IEnumerable<KeyValuePair<string, string>> Variables => _addresses;

    /// <summary>Reads them.</summary>
    /// <param name="shell">Whose variables.</param>
    /// <param name="addresses">The result; null when one is not usable.</param>
    /// <returns>Null, or one line that says what is wrong.</returns>
    public static string? Read(Shell shell, out StackAddresses? addresses)
    {
        addresses = null;
        Uri? webhook = null;
        if (shell.Variable("PHAROS_STACK_WEBHOOK") is { } url && (!Uri.TryCreate(url, UriKind.Absolute, out webhook) || webhook.Scheme is not ("http" or "https")))
        {
            return "PHAROS_STACK_WEBHOOK is not usable (value not shown); accepted: an http:// or https:// URL";
        }

        var read = new StackAddresses { Webhook = webhook };
        foreach (var (variable, standard) in All)
        {
            var value = shell.Variable(variable) ?? standard;
            if (!IsAddress(value))
            {
                return $"{variable}={value} is not usable; accepted: HOST:PORT, for example {standard}";
            }

            read._addresses[variable] = value;
        }

        addresses = read;
        return null;
    }

    /// <summary>Host of an address.</summary>
    public static string HostOf(string address) => address[..address.LastIndexOf(':')];

    /// <summary>Port of an address.</summary>
    public static string PortOf(string address) => address[(address.LastIndexOf(':') + 1)..];

    private static bool IsAddress(string value)
    {
        var colon = value.LastIndexOf(':');
        return colon > 0
            && Uri.CheckHostName(value[..colon].Trim('[', ']')) != UriHostNameType.Unknown
            && int.TryParse(value.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and <= ushort.MaxValue;
    }
}
