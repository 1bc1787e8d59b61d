namespace Pharos.Benchmarks.Table;

/// <summary>One row of the table of measures.</summary>
/// <param name="Measure">What was measured, with its unit.</param>
/// <param name="Pharos">Its figure.</param>
/// <param name="Pm2">PM2's in the same run.</param>
/// <param name="Floor">What stands beside both: a loop in C, cat, supervisord.</param>
/// <param name="Ratio">What the target is about.</param>
/// <param name="Target">What is asked.</param>
/// <param name="Met">Whether it is reached; null: nothing is asked, or it was not measured.</param>
internal sealed record Row(string Measure, string Pharos, string Pm2, string Floor, string Ratio, string Target, bool? Met)
{
    /// <summary>The numbers behind it, for the JSON.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<double>> Raw { get; init; } = new Dictionary<string, IReadOnlyList<double>>();

    /// <summary>A row whose target is a ratio that may not be above a bound.</summary>
    public static Row AtMost(string measure, Sample pharos, Sample pm2, double most, string target, string floor = "")
    {
        var ratio = pharos.Median / pm2.Median;
        return new(measure, pharos.Text, pm2.Text, floor, Figures.Text(ratio, ratio < 0.1 ? 3 : 2), target, ratio <= most) { Raw = Numbers(pharos, pm2) };
    }

    /// <summary>A row whose target is a ratio that may not be below a bound.</summary>
    public static Row AtLeast(string measure, Sample pharos, Sample pm2, double least, string target, string floor = "")
    {
        var ratio = pharos.Median / pm2.Median;
        return new(measure, pharos.Text, pm2.Text, floor, Figures.Text(ratio, 2), target, ratio >= least) { Raw = Numbers(pharos, pm2) };
    }

    private static Dictionary<string, IReadOnlyList<double>> Numbers(Sample pharos, Sample pm2) => new() { ["pharos"] = pharos.Values, ["pm2"] = pm2.Values };
}

/// <summary>The values of several rounds.</summary>
internal sealed class Sample
{
    private readonly List<double> _values = [];
    private readonly int _decimals;

    public Sample(int decimals = 1, params IEnumerable<double> values)
    {
        _decimals = decimals;
        _values.AddRange(values);
    }

    public IReadOnlyList<double> Values => _values;

    public double Median => _values.Count == 0 ? double.NaN : Figures.Median(_values);

    /// <summary>The median, and the range where there is one.</summary>
    public string Text => _values.Count switch
    {
        0 => "-",
        1 => Figures.Text(_values[0], _decimals),
        _ => $"{Figures.Text(Median, _decimals)} ({Figures.Text(_values.Min(), _decimals)} to {Figures.Text(_values.Max(), _decimals)})",
    };

    public void Add(double value) => _values.Add(value);

    public double Percentile(double share) => Figures.Percentile(_values, share);
}
