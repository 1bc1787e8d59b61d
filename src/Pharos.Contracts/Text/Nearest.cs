namespace Pharos.Contracts.Text;

/// <summary>Finds what was probably meant.</summary>
public static class Nearest
{
    /// <summary>The end of an error line: <c>, did you mean 'x'?</c>, or nothing when nothing is near.</summary>
    /// <param name="typed">What was typed.</param>
    /// <param name="known">What there is.</param>
    /// <returns>The end of the line; may be empty.</returns>
    public static string DidYouMean(string typed, IEnumerable<string> known)
    {
        string? best = null;
        var bestDistance = int.MaxValue;
        foreach (var word in known)
        {
            // The beginning of a long word is as near as a slip in a short one: --interp, mon.
            var distance = typed.Length >= 3 && word.StartsWith(typed, StringComparison.Ordinal) ? 1 : Distance(typed, word);
            if (distance < bestDistance)
            {
                (best, bestDistance) = (word, distance);
            }
        }

        var letters = typed.TrimStart('-').Length;
        var tolerated = letters <= 2 ? 1 : letters <= 5 ? 2 : 3;
        return best is not null && bestDistance <= tolerated && bestDistance < letters ? $", did you mean '{best}'?" : "";
    }

    // Edits that lead from one to the other, two swapped neighbours counting as one.
    private static int Distance(string a, string b)
    {
        var rows = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++)
        {
            for (var j = 0; j <= b.Length; j++)
            {
                if (i == 0 || j == 0)
                {
                    rows[i, j] = i + j;
                    continue;
                }

                var change = a[i - 1] == b[j - 1] ? 0 : 1;
                rows[i, j] = Math.Min(Math.Min(rows[i - 1, j] + 1, rows[i, j - 1] + 1), rows[i - 1, j - 1] + change);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                {
                    rows[i, j] = Math.Min(rows[i, j], rows[i - 2, j - 2] + 1);
                }
            }
        }

        return rows[a.Length, b.Length];
    }
}
