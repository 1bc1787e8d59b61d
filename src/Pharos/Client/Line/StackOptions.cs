namespace Pharos.Client.Line;

/// <summary>The verb of the bundled observability stack.</summary>
internal static class StackOptions
{
    /// <summary>stack.</summary>
    public static readonly VerbSpec Verb = new("stack", "up|down|status|open [options]", "the bundled Collector, Prometheus, Alertmanager, Loki, Tempo and Grafana")
    {
        LeastWords = 1,
        MostWords = 1,
        Words = "what to do: up, down, status or open",
        Options =
        [
            new("--native", ValueKind.None, "", "up: run the servers as apps of pharos, also where there is a container engine"),
            new("--bin", ValueKind.Text, "FOLDER", "up: look for the servers' programs here before PATH (PHAROS_STACK_BIN); implies --native"),
            new("--data", ValueKind.None, "", "down: delete what the servers have stored as well"),
        ],
        Details =
            """
            With docker or podman (and compose) the stack runs in containers, and else natively: otelcol, prometheus (3, with its OTLP receiver) and
            alertmanager must be there; loki, tempo and grafana are used when they are. The configuration is the same, it is written to the folder
            stack in the home; files that you have edited there are kept. 'up' again takes changes in. Everything listens on 127.0.0.1.

            Variables: PHAROS_STACK_OTLP_GRPC, PHAROS_STACK_OTLP_HTTP, PHAROS_STACK_HEALTH (the Collector), PHAROS_STACK_PROMETHEUS,
            PHAROS_STACK_ALERTMANAGER, PHAROS_STACK_LOKI, PHAROS_STACK_TEMPO (its OTLP receiver), PHAROS_STACK_TEMPO_HTTP and PHAROS_STACK_GRAFANA are
            addresses, HOST:PORT; PHAROS_STACK_WEBHOOK is the URL that gets the alerts; PHAROS_VENDOR_ENDPOINT and PHAROS_VENDOR_HEADERS send everything to
            a vendor as well (needs the contrib distribution of the Collector).

            'status' asks each server whether it is ready: exit code 0 when all are.
            """,
        Examples =
        [
            ("pharos stack up", "start it, and say where it listens"),
            ("pharos stack up --bin ~/observability/bin", "natively, with the programs of a folder"),
            ("pharos stack status", "is everything ready?"),
            ("pharos stack open", "show Grafana in the browser"),
            ("pharos stack down --data", "stop it, and forget what it has stored"),
        ],
    };
}
