using System.Globalization;

namespace Pharos.Benchmarks;

/// <summary>Arguments of a verb: <c>--name value</c>, and what all of them share.</summary>
internal sealed class Arguments
{
    private readonly Dictionary<string, int> _numbers = [];

    /// <param name="args">What follows the verb.</param>
    /// <param name="numbers">Names of the options that take a positive number.</param>
    /// <exception cref="CannotMeasureException">Something else was given.</exception>
    public Arguments(ReadOnlySpan<string> args, params string[] numbers)
    {
        for (var i = 0; i < args.Length; i++)
        {
            var value = i + 1 < args.Length ? args[i + 1] : null;
            if (args[i] == "--no-pm2")
                WithPm2 = false;
            else if (args[i] == "--dist" && value is not null)
                (Dist, i) = (Path.GetFullPath(value), i + 1);
            else if (numbers.Contains(args[i]) && int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0)
                (_numbers[args[i]], i) = (number, i + 1);
            else
                throw new CannotMeasureException($"'{args[i]}' is no option here, or lacks its number; see './build.sh bench help'");
        }
    }

    /// <summary>Folder of another published form; null: that of the checkout.</summary>
    public string? Dist { get; }

    /// <summary>PM2 is measured beside, when it is there.</summary>
    public bool WithPm2 { get; } = true;

    /// <summary>The number of an option.</summary>
    public int Number(string name, int otherwise) => _numbers.GetValueOrDefault(name, otherwise);
}
