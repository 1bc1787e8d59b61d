using Pharos.Contracts;
using Pharos.Contracts.Text;
using Pharos.Core.Specs.Logs;

namespace Pharos.Api.Requests;

/// <summary>What happens to the output: the app's variables LOGGER_*, and over them what the request says.</summary>
internal sealed partial class SpecReader
{
    /// <summary>Declared ones only: what came along from somebody's shell was meant for something else.</summary>
    private LoggerVariables LogVariables(StartRequest r)
    {
        var variables = LoggerVariables.Read(name => r.ShellEnv.Contains(name) ? null : r.Env.GetValueOrDefault(name), out var faults);
        _faults.AddRange(faults.Select(f => "env " + f));
        return variables;
    }

    private LogSpec Logs(StartRequest r, string name, LoggerVariables variables)
    {
        var spec = variables.Over(new LogSpec());
        foreach (var (key, text) in r.Logs)
        {
            if (LogSettings.Find(key) is not { } setting)
                _faults.Add($"logs.{key} is not known{Nearest.DidYouMean(key, LogSettings.All.Select(s => s.Key))}: docs/configuration.md has what there is");
            else if (setting.Set(spec, setting.IsPath ? Absolute(text, r.Cwd) : text) is { } changed)
                spec = changed;
            else
                _faults.Add($"logs.{key} '{text.Replace("\0", "\\0")}' is not accepted: write {setting.Accepted}");
        }

        return variables.BasePath is null ? spec : spec with
        {
            CombinedFile = spec.CombinedFile == LogSpec.DefaultFile ? UsualFile(variables, r.Cwd, $"{name}.log") : spec.CombinedFile,
            ErrorsFile = spec.ErrorsFile == LogSpec.DefaultFile ? UsualFile(variables, r.Cwd, $"{name}-errors.log") : spec.ErrorsFile,
        };
    }

    /// <summary>Where a file lies that the request does not name.</summary>
    /// <returns>Null: in the home.</returns>
    private static string? UsualFile(LoggerVariables variables, string cwd, string file) =>
        variables.File == false ? LogSpec.NoFile : variables.BasePath is { } folder && cwd.StartsWith('/') ? Path.GetFullPath(Path.Combine(folder, file), cwd) : null;

    private static string Absolute(string text, string cwd) =>
        text.Length == 0 || text is "true" or "false" or "NULL" or LogSpec.DefaultFile || text.Contains('\0') || !cwd.StartsWith('/') ? text : Path.GetFullPath(text, cwd);

    private string? LogFile(string key, string? text, string cwd)
    {
        if (text is null)
            return null;
        if (text is "NULL" or LogSpec.NoFile)
            return LogSpec.NoFile;
        if (text.Length > 0 && !text.Contains('\0') && !text.EndsWith('/') && cwd.StartsWith('/'))
            return Path.GetFullPath(text, cwd);
        _faults.Add($"{key} '{text.Replace("\0", "\\0")}' is not the path of a file");
        return null;
    }
}
