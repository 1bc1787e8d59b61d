namespace Pharos.Client.Line;

/// <summary>Whether a value fits its option.</summary>
internal static class ValueCheck
{
    /// <summary>What is wrong, as the middle of a sentence; null when nothing is.</summary>
    public static string? Fault(OptionSpec option, string value) => option.Kind switch
    {
        ValueKind.None => null,
        ValueKind.Text => value.Length > 0 ? null : "needs a value",
        ValueKind.Number => Number(option, value),
        ValueKind.Instances => value == "max" || (int.TryParse(value, out var n) && n is >= -10_000 and <= 10_000)
            ? null
            : "wants a number from 1, 'max' or 0 for one per processor, or -N for that many less",
        ValueKind.Duration => IsDuration(value) ? null : "wants a duration such as 500ms, 5s, 2m or 1h (a bare number is milliseconds)",
        ValueKind.Octal => IsOctal(value) ? null : "wants octal digits such as 022",
        ValueKind.ExitCodes => AreExitCodes(value) ? null : "wants exit codes 0..255 separated by commas",
        ValueKind.Variable => IsVariable(value) ? null : "wants NAME=VALUE, or NAME for a variable of this shell",
        ValueKind.Limit => IsLimit(value) ? null : "wants NAME=SOFT or NAME=SOFT:HARD, for example nofile=65536",
        ValueKind.Pair => IsLimit(value) ? null : "wants KEY=VALUE, for example rotate.size=20m",
        ValueKind.Choice => Array.IndexOf(option.Choices, value) >= 0 ? null : $"wants {string.Join(" or ", option.Choices)}",
    };

    private static string? Number(OptionSpec option, string value) =>
        int.TryParse(value, out var n) && n >= option.Least && n <= option.Most ? null
        : option.Most == int.MaxValue ? $"wants a whole number from {option.Least}"
        : $"wants a whole number from {option.Least} to {option.Most}";

    private static bool IsDuration(string value)
    {
        var digits = value.EndsWith("ms", StringComparison.Ordinal) ? value[..^2]
            : value.Length > 0 && value[^1] is 's' or 'm' or 'h' or 'd' ? value[..^1]
            : value;
        return digits.Length is > 0 and <= 12 && double.TryParse(digits, System.Globalization.NumberStyles.AllowDecimalPoint, null, out _);
    }

    private static bool IsOctal(string value)
    {
        foreach (var c in value)
        {
            if (c is < '0' or > '7')
            {
                return false;
            }
        }

        return value.Length is >= 1 and <= 4;
    }

    private static bool AreExitCodes(string value)
    {
        foreach (var code in value.Split(','))
        {
            if (!int.TryParse(code, out var n) || n is < 0 or > 255)
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsVariable(string value) => value.Length > 0 && value[0] != '=' && !value.Contains('\0');

    private static bool IsLimit(string value)
    {
        var equals = value.IndexOf('=');
        return equals > 0 && equals < value.Length - 1;
    }
}
