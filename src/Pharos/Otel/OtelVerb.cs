using System.Text.Json;
using Pharos.Client;
using Pharos.Client.Boot;
using Pharos.Client.Line;
using Pharos.Client.Wire;
using Pharos.Contracts;
using Pharos.Contracts.Text;
using Pharos.Exporters.Destinations;
using Pharos.Exporters.Presets;
using Pharos.Exporters.Settings;

namespace Pharos.Otel;

/// <summary><c>pharos otel</c>: writes the settings file and lets a daemon that runs take it in. None is started for it.</summary>
internal static class OtelVerb
{
    /// <summary>Runs it.</summary>
    /// <param name="args">What follows <c>otel</c>.</param>
    /// <param name="shell">The shell.</param>
    /// <returns>The exit code.</returns>
    public static int Run(string[] args, Shell shell)
    {
        if (ParsedLine.Read(OtelOptions.Verb, args, out var line) is { } fault)
            return shell.Fail(fault, ExitCodes.Usage);
        if (line!.Has("--help"))
        {
            shell.Print(Help.Of(OtelOptions.Verb));
            return ExitCodes.Ok;
        }

        if (line.Words[0] != "set" && OptionOfSet(line) is { } option)
            return shell.Fail($"{option} goes with 'otel set'; see 'pharos help otel'", ExitCodes.Usage);
        switch (line.Words)
        {
            case ["preset", "list"]:
                shell.Print(line.Has("--json") ? PresetList.Json() : PresetList.Text());
                return ExitCodes.Ok;
            case ["snippet", var preset, ..]:
                return Snippet(line, preset, shell);
            case ["set", _, ..] or ["show"] or ["test"] or ["test", _] or ["off"] or ["off", _]:
                break;
            case ["set" or "snippet"]:
                return shell.Fail($"'otel {line.Words[0]}' needs a preset{(line.Words[0] == "set" ? " or a URL" : "")}; 'pharos otel preset list' shows the presets", ExitCodes.Usage);
            default:
                return shell.Fail($"'otel {string.Join(' ', line.Words)}' is not known: set, show, test, off, snippet or preset list; see 'pharos help otel'", ExitCodes.Usage);
        }

        if (PharosHome.Find(shell, out var home) is { } noHome)
            return shell.Fail(noHome);
        try
        {
            var place = new Place(line, shell, home!, new DestinationFile(Path.Combine(home!.Path, DestinationFile.FileName)));
            return line.Words[0] switch
            {
                "set" => Set(place),
                "off" => Off(place),
                "test" => Test(place),
                _ => Show(place),
            };
        }
        catch (DestinationFileException e)
        {
            return shell.Fail(e.Message);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return shell.Fail($"cannot change the destinations in {home!.Path}: {e.Message}");
        }
    }

    private static int Set(Place place)
    {
        var (line, shell) = (place.Line, place.Shell);
        var name = line.Value("--name") ?? Destination.Usual;
        if (DestinationReader.NameFault(name) is { } badName)
            return shell.Fail($"--name: {badName}", ExitCodes.Usage);
        if (EntryOfLine.Make(line, shell.Cwd, out var entry) is { } wrong)
            return shell.Fail(wrong, ExitCodes.Usage);
        // A variable that is only in the daemon's environment is judged there.
        var reader = new DestinationReader(variable => shell.Variable(variable) ?? "unknown here", OtlpSettings.FromEnvironment(shell.Variable).Settings);
        var (destination, faults) = reader.Read(name, entry!);
        if (destination is null)
        {
            foreach (var fault in faults)
                shell.Fail($"otel set: {fault}");
            return ExitCodes.Usage;
        }

        if (line.Has("--dry-run"))
            return Print(place, OtelViews.Of(place.File.Path, [destination], [], stateOf: null));
        Directory.CreateDirectory(place.Home.Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        place.File.Change(document => new DestinationDocument { Destinations = new Dictionary<string, DestinationEntry>(document.Destinations) { [name] = entry! } });
        return TakeIn(place);
    }

    private static int Off(Place place)
    {
        var name = place.Line.Words is [_, var one] ? one : null;
        var found = false;
        if (name == Destination.OfEnvironment)
            return place.Shell.Fail("'environment' is what the OTEL_* variables of the daemon say: start the daemon without them, or with OTEL_SDK_DISABLED=true");
        if (File.Exists(place.File.Path))
        {
            place.File.Change(document =>
            {
                found = name is null || document.Destinations.ContainsKey(name);
                return new DestinationDocument { Destinations = document.Destinations.Where(d => name is not null && d.Key != name).ToDictionary() };
            });
        }

        return name is not null && !found ? place.Shell.Fail($"there is no destination '{name}'; 'pharos otel show' lists them") : TakeIn(place);
    }

    private static int Show(Place place) => place.DaemonRuns
        ? Cli.Ask(place.Line, place.Shell, "GET", "/v1/otel", "", Cli.WhenDown.Fail)
        : ShowHere(place);

    private static int Test(Place place)
    {
        var name = place.Line.Words is [_, var one] ? one : null;
        if (place.DaemonRuns)
            return Cli.Ask(place.Line, place.Shell, "POST", "/v1/otel/test", name is null ? "" : $"name={ThinRequest.Escape(name)}", Cli.WhenDown.Fail);
        var (all, faults, _) = place.Source().Read([]);
        foreach (var fault in faults)
            place.Shell.Fail(fault);
        var view = OtelViews.TestAsync([.. all.Where(d => name is null || d.Name == name)], CancellationToken.None).GetAwaiter().GetResult();
        if (view is null)
            return place.Shell.Fail(name is null ? "there is no destination to test; 'pharos otel set' makes one" : $"there is no destination '{name}'; 'pharos otel show' lists them");
        place.Shell.Print(place.Line.Has("--json") ? JsonSerializer.Serialize(view, ContractsJson.Default.OtelTestView) + "\n" : OtelText.Render(view));
        return faults.Count > 0 || view.Results.Any(r => r.Outcome == "failed") ? ExitCodes.Failed : ExitCodes.Ok;
    }

    /// <summary>A daemon that runs reads the file; when none runs, the next one does.</summary>
    private static int TakeIn(Place place) => place.DaemonRuns
        ? Cli.Ask(place.Line, place.Shell, "POST", "/v1/otel/reload", "", Cli.WhenDown.Fail)
        : ShowHere(place);

    private static int ShowHere(Place place)
    {
        var (all, faults, _) = place.Source().Read([]);
        return Print(place, OtelViews.Of(place.File.Path, all, faults, stateOf: null));
    }

    private static int Print(Place place, OtelView view)
    {
        place.Shell.Print(place.Line.Has("--json") ? JsonSerializer.Serialize(view, ContractsJson.Default.OtelView) + "\n" : OtelText.Render(view));
        return view.Faults.Count > 0 ? ExitCodes.Failed : ExitCodes.Ok;
    }

    private static int Snippet(ParsedLine line, string name, Shell shell)
    {
        if (PresetTable.Find(name) is not { } preset)
            return shell.Fail($"there is no preset '{name}'{Nearest.DidYouMean(name, [.. PresetTable.All.Select(p => p.Name)])}; 'pharos otel preset list' shows them", ExitCodes.Usage);
        if (EntryOfLine.Parameters(line, out var parameters) is { } wrong)
            return shell.Fail(wrong, ExitCodes.Usage);
        shell.Print(CollectorSnippet.For(preset, parameters));
        return ExitCodes.Ok;
    }

    private static string? OptionOfSet(ParsedLine line) => OtelOptions.Verb.Options.Select(o => o.Name).FirstOrDefault(line.Has);

    /// <summary>Where the verb works.</summary>
    private sealed record Place(ParsedLine Line, Shell Shell, PharosHome Home, DestinationFile File)
    {
        public bool DaemonRuns
        {
            get
            {
                using var connection = UnixConnection.Open(Home.Socket, out _);
                return connection is not null;
            }
        }

        public DestinationSource Source() => new(File.Path, Shell.Variable, OtlpSettings.FromEnvironment(Shell.Variable).Settings);
    }
}
