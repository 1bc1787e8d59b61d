using Pharos.Exporters.Settings;

namespace Pharos.Exporters.Destinations;

/// <summary>All destinations: the one that the OTEL_* variables make, and those of the settings file.</summary>
/// <param name="path">The settings file.</param>
/// <param name="getenv">Value of a variable.</param>
/// <param name="environment">What the variables say.</param>
/// <remarks>
/// The variables that tell where and how (endpoint, headers, protocol, certificates, temporality …) are of the destination <c>environment</c> alone: a key must not go to
/// another receiver. Those that tell what (service name, resource attributes, intervals, batches) are of all, and OTEL_SDK_DISABLED switches all off.
/// </remarks>
public sealed class DestinationSource(string path, Func<string, string?> getenv, OtlpSettings environment)
{
    /// <summary>The settings file.</summary>
    public DestinationFile File { get; } = new(path);

    /// <summary>Reads all.</summary>
    /// <param name="inForce">What is served now: it stays where the file is faulty.</param>
    /// <returns>The destinations, a line for each fault, and whether these are all that there are: no fault hides one, and nothing is switched off for now.</returns>
    public (IReadOnlyList<Destination> Destinations, IReadOnlyList<string> Faults, bool AreAll) Read(IReadOnlyList<Destination> inForce)
    {
        List<Destination> all = environment.HasDestination ? [new Destination(Destination.OfEnvironment, environment)] : [];
        if (IsDisabled)
            return (all, [], false);
        try
        {
            var document = File.Read();
            var (named, faults) = new DestinationReader(getenv, environment).ReadAll(document);
            all.AddRange(named);
            all.AddRange(inForce.Where(d => document.Destinations.ContainsKey(d.Name) && all.TrueForAll(n => n.Name != d.Name))); // faulty now: as it was
            return (all, [.. faults.Select(f => $"{File.Path}: {f}")], faults.Count == 0);
        }
        catch (DestinationFileException e)
        {
            all.AddRange(inForce.Where(d => d.Name != Destination.OfEnvironment));
            return (all, [e.Message], false);
        }
    }

    private bool IsDisabled => getenv("OTEL_SDK_DISABLED")?.Trim().Equals("true", StringComparison.OrdinalIgnoreCase) == true;
}
