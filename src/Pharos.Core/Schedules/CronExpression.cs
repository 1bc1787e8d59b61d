using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Pharos.Core.Schedules;

/// <summary>A cron pattern of 5 fields (minute hour day month weekday) or 6 (second first), with lists, ranges, steps, names and the usual @words.</summary>
/// <remarks>When both day fields are restricted, either may match, as crontab(5) has it. Sunday is 0 or 7.</remarks>
public sealed class CronExpression
{
    private const int YearsAhead = 28; // after which the weekdays of the calendar repeat: what has not matched by then never will
    private static readonly string[] Months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    private static readonly string[] Weekdays = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

    private readonly ulong _seconds;
    private readonly ulong _minutes;
    private readonly ulong _hours;
    private readonly ulong _days;
    private readonly ulong _months;
    private readonly ulong _weekdays;
    private readonly bool _eitherDay;

    private CronExpression(string text, ulong[] fields, bool eitherDay)
    {
        Text = text;
        (_seconds, _minutes, _hours, _days, _months, _weekdays) = (fields[0], fields[1], fields[2], fields[3], fields[4], fields[5]);
        _eitherDay = eitherDay;
    }

    /// <summary>The pattern as written.</summary>
    public string Text { get; }

    /// <summary>Reads a pattern.</summary>
    /// <param name="text">The pattern.</param>
    /// <param name="cron">What was read.</param>
    /// <param name="error">Which field is wrong and what it takes; null when all is well.</param>
    /// <returns>False when it is no pattern.</returns>
    public static bool TryParse(string text, [NotNullWhen(true)] out CronExpression? cron, [NotNullWhen(false)] out string? error)
    {
        cron = null;
        var expanded = text.Trim() switch
        {
            "@yearly" or "@annually" => "0 0 1 1 *",
            "@monthly" => "0 0 1 * *",
            "@weekly" => "0 0 * * 0",
            "@daily" or "@midnight" => "0 0 * * *",
            "@hourly" => "0 * * * *",
            var other => other,
        };
        var parts = expanded.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length == 5)
            parts = ["0", .. parts];
        if (parts.Length != 6)
        {
            error = $"has {parts.Length} fields; write 5 (minute hour day month weekday) or 6 (second first)";
            return false;
        }

        (string Name, int Least, int Most, string[] Words)[] fields =
        [
            ("second", 0, 59, []), ("minute", 0, 59, []), ("hour", 0, 23, []), ("day", 1, 31, []), ("month", 1, 12, Months), ("weekday", 0, 7, Weekdays),
        ];
        var bits = new ulong[6];
        for (var i = 0; i < 6; i++)
        {
            var (name, least, most, words) = fields[i];
            if (!TryField(parts[i], least, most, words, out bits[i]))
            {
                error = $"has '{parts[i]}' as its {name}; write *, {least} to {most}, a list, a range or a step";
                return false;
            }
        }

        bits[5] = (bits[5] | (bits[5] >> 7)) & 0x7F;
        cron = new CronExpression(text, bits, parts[3] != "*" && parts[5] != "*");
        error = null;
        return true;
    }

    /// <summary>The first time after another.</summary>
    /// <param name="after">Exclusive.</param>
    /// <param name="zone">Whose clock the pattern speaks of.</param>
    /// <returns>The time, or null when there is none (31 February). A time that the zone skips is moved to the end of the gap;
    /// one that it repeats comes once.</returns>
    public DateTimeOffset? Next(DateTimeOffset after, TimeZoneInfo zone)
    {
        var local = TimeZoneInfo.ConvertTime(after, zone).DateTime;
        var limit = local.AddYears(YearsAhead);
        var at = new DateTime(local.Year, local.Month, local.Day, local.Hour, local.Minute, local.Second).AddSeconds(1);
        while (at < limit)
        {
            if (!Has(_months, at.Month))
                at = new DateTime(at.Year, at.Month, 1).AddMonths(1);
            else if (!DayMatches(at))
                at = at.Date.AddDays(1);
            else if (!Has(_hours, at.Hour))
                at = at.Date.AddHours(at.Hour + 1);
            else if (!Has(_minutes, at.Minute))
                at = at.Date.AddHours(at.Hour).AddMinutes(at.Minute + 1);
            else if (!Has(_seconds, at.Second))
                at = at.AddSeconds(1);
            else if (Resolve(at, zone) is { } time && time > after)
                return time;
            else
                at = at.AddSeconds(1); // the second pass of a repeated hour: this time was had
        }

        return null;
    }

    /// <inheritdoc/>
    public override string ToString() => Text;

    private static DateTimeOffset Resolve(DateTime local, TimeZoneInfo zone)
    {
        while (zone.IsInvalidTime(local))
            local = new DateTime(local.Year, local.Month, local.Day, local.Hour, local.Minute, 0).AddMinutes(1);
        var offset = zone.IsAmbiguousTime(local) ? zone.GetAmbiguousTimeOffsets(local).Max() : zone.GetUtcOffset(local);
        return new DateTimeOffset(local, offset);
    }

    private static bool Has(ulong bits, int value) => (bits & (1UL << value)) != 0;

    private bool DayMatches(DateTime at)
    {
        var day = Has(_days, at.Day);
        var weekday = Has(_weekdays, (int)at.DayOfWeek);
        return _eitherDay ? day || weekday : day && weekday;
    }

    private static bool TryField(string text, int least, int most, string[] words, out ulong bits)
    {
        bits = 0;
        foreach (var item in text.Split(','))
        {
            var stepAt = item.IndexOf('/');
            var range = stepAt < 0 ? item : item[..stepAt];
            var step = 1;
            if (stepAt >= 0 && (!int.TryParse(item.AsSpan(stepAt + 1), NumberStyles.None, null, out step) || step < 1))
                return false;
            int from = least, to = most;
            if (range != "*")
            {
                var dash = range.IndexOf('-');
                if (!TryValue(dash < 0 ? range : range[..dash], least, words, out from))
                    return false;
                to = stepAt >= 0 ? most : from; // 5/15: from 5 on, each 15
                if (dash >= 0 && !TryValue(range[(dash + 1)..], least, words, out to))
                    return false;
            }

            if (from < least || to > most || from > to)
                return false;
            for (var value = from; value <= to; value += step)
                bits |= 1UL << value;
        }

        return bits != 0;
    }

    private static bool TryValue(string text, int least, string[] words, out int value)
    {
        var word = Array.FindIndex(words, w => string.Equals(w, text, StringComparison.OrdinalIgnoreCase));
        value = word + least;
        return word >= 0 || int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);
    }
}
