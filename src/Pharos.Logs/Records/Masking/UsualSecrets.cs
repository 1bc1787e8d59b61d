using System.Buffers;
using System.Text.RegularExpressions;

namespace Pharos.Logs.Records.Masking;

/// <summary>What a secret looks like wherever it is printed. Each pattern is linear: no two unbounded repetitions that can take the same text follow each other.</summary>
internal static partial class UsualSecrets
{
    private const int Patience = 5000; // milliseconds; a match takes microseconds, and the machine may be busy
    private const int LongWord = 16;
    private const RegexOptions Options = RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture;
    private const string Names = "password|passwd|passphrase|passcode|pwd|secret|api[_-]?key|access[_-]?key|private[_-]?key|secret[_-]?key|encryption[_-]?key|signing[_-]?key|app[_-]?key|credentials?|auth|token";

    /// <summary>One of these stands in every line that has a secret in it, but for card numbers.</summary>
    private static readonly SearchValues<string> Triggers = SearchValues.Create(
        [
            "bearer ", "basic ", "authorization", "akia", "asia", "abia", "acca", "-----begin", "eyj", "passw", "passphrase", "passcode", "pwd", "secret", "token", "api_key", "apikey", "api-key",
            "access_key", "accesskey", "access-key", "private_key", "privatekey", "private-key", "encryption_key", "encryptionkey", "signing_key", "signingkey", "app_key", "appkey", "app-key",
            "credential", "auth=", "auth\":", "cookie", "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "glpat-", "xoxa-", "xoxb-", "xoxp-", "xoxr-", "xoxs-", "xoxe", "xapp-", "hooks.slack.com",
            "sk_live_", "rk_live_", "sk_test_", "rk_test_", "whsec_", "aiza", "npm_", "sg.", "sk-", "dckr_pat_", "pypi-", "hvs.",
        ],
        StringComparison.OrdinalIgnoreCase);

    /// <summary>Cheap: whether it is worth looking closer.</summary>
    public static bool MayBeIn(ReadOnlySpan<char> text) => text.ContainsAny(Triggers) || (text.Contains('@') && text.Contains("://", StringComparison.Ordinal));

    /// <summary>Masks them.</summary>
    public static string Mask(string text)
    {
        text = PemBlock().Replace(text, Redactor.Mask);
        text = Prefixed().Replace(text, Redactor.Mask);
        text = UrlPassword().Replace(text, m => m.Groups["before"].Value + Redactor.Mask + "@");
        text = Cookie().Replace(text, m => m.Groups["value"].Value.Contains('=') ? m.Groups["before"].Value + Redactor.Mask : m.Value);
        text = Header().Replace(text, m => m.Groups["scheme"].Success || m.Groups["value"].Length >= LongWord || Secretive(m.Groups["value"].Value) ? m.Groups["before"].Value + Redactor.Mask : m.Value);
        text = Scheme().Replace(text, m => Secretive(m.Groups["value"].Value) ? m.Groups["before"].Value + Redactor.Mask : m.Value);
        return Named().Replace(text, m => IsSecret(m) ? m.Groups["before"].Value + m.Groups["quote"].Value + Redactor.Mask + m.Groups["close"].Value : m.Value);
    }

    /// <summary>Whether an attribute of this name holds a secret, whatever its value.</summary>
    public static bool IsName(string name) => SecretName().IsMatch(name);

    /// <summary>What comes after the name decides: "password: required" and "token=null" hide nothing.</summary>
    private static bool IsSecret(Match m)
    {
        var value = m.Groups["value"].Value;
        var bare = value.Trim('"', '\'', '\\', ' ');
        if (bare.Length == 0 || bare.StartsWith('[') || bare.StartsWith('<') || bare.StartsWith("${", StringComparison.Ordinal) || bare.StartsWith("{{", StringComparison.Ordinal)
            || bare.AsSpan().IndexOfAnyExcept("*xX.") < 0 || Empty().IsMatch(bare))
            return false;
        var name = m.Groups["name"].Value;
        if (name.EndsWith("pwd", StringComparison.OrdinalIgnoreCase) && bare.StartsWith('/'))
            return false; // the working directory
        if (name.EndsWith("auth", StringComparison.OrdinalIgnoreCase) && !Secretive(bare))
            return false;
        var quoted = m.Groups["quote"].Length > 0;
        return m.Groups["separator"].Value.Contains('=') || (quoted && m.Groups["nameQuote"].Length > 0) ? !name.EndsWith("token", StringComparison.OrdinalIgnoreCase) || bare.AsSpan().IndexOfAnyExceptInRange('0', '9') >= 0 || bare.Length > 6
            : Secretive(bare); // prose: "token: expected a comma"
    }

    /// <summary>Long enough and not a plain word.</summary>
    private static bool Secretive(string value) => value.Length >= 6 && value.AsSpan().ContainsAnyExcept(Letters) && (value.AsSpan().ContainsAnyInRange('0', '9') || value.AsSpan().ContainsAny(Marks)) && value.AsSpan().ContainsAny(Letters);

    private static readonly SearchValues<char> Marks = SearchValues.Create("!@#$%^&*+/=");
    private static readonly SearchValues<char> Letters = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");

    [GeneratedRegex(@"-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----[\s\S]*?(-----END [A-Z ]{0,40}PRIVATE KEY-----|\z)", Options, Patience)]
    private static partial Regex PemBlock();

    [GeneratedRegex(
        @"(?<![A-Za-z0-9_])(" +
        @"(AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}(?![A-Za-z0-9])" +
        @"|eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}(\.[A-Za-z0-9_-]*)?" +
        @"|gh[pousr]_[A-Za-z0-9]{30,}|github_pat_[A-Za-z0-9_]{22,}|glpat-[A-Za-z0-9_-]{20,}" +
        @"|xox[abeprs](\.xox[bp])?-[A-Za-z0-9-]{10,}|xapp-[A-Za-z0-9-]{10,}" +
        @"|[sr]k_(live|test)_[A-Za-z0-9]{10,}|whsec_[A-Za-z0-9+/=]{16,}" +
        @"|AIza[A-Za-z0-9_-]{35}|npm_[A-Za-z0-9]{36}|SG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}|sk-(proj-|ant-)?[A-Za-z0-9_-]{20,}|dckr_pat_[A-Za-z0-9_-]{20,}|pypi-[A-Za-z0-9_-]{50,}|hvs\.[A-Za-z0-9_-]{24,}" +
        @")|(?<=hooks\.slack\.com/services/)[A-Za-z0-9/]{20,}", Options, Patience)]
    private static partial Regex Prefixed();

    [GeneratedRegex(@"(?<before>(?<![A-Za-z0-9+.-])[A-Za-z][A-Za-z0-9+.-]{1,20}://[^\s/:@""'<>?#]{0,128}:)[^\s/@""'<>]{1,256}@", Options, Patience)]
    private static partial Regex UrlPassword();

    [GeneratedRegex(@"(?<before>(?<![A-Za-z0-9])(set-cookie|cookie)\\?[""']?\s{0,2}[:=]\s{0,2}\[?\s{0,2}\\?[""']?)(?<value>[^\r\n""'\\]+)", Options | RegexOptions.IgnoreCase, Patience)]
    private static partial Regex Cookie();

    [GeneratedRegex(@"(?<before>authorization\\?[""']?\s{0,2}[:=]\s{0,2}\\?[""']?(?>(?<scheme>(bearer|basic|digest|token|negotiate|apikey)\s+)?))(?<value>[A-Za-z0-9._~+/=:-]{6,})", Options | RegexOptions.IgnoreCase, Patience)]
    private static partial Regex Header();

    [GeneratedRegex(@"(?<before>(?<![A-Za-z0-9])(bearer|basic)\s+)(?<value>[A-Za-z0-9._~+/-]{12,}={0,2})", Options | RegexOptions.IgnoreCase, Patience)]
    private static partial Regex Scheme();

    [GeneratedRegex(
        @"(?<before>(?<nameQuote>\\?[""'])?(?<![A-Za-z])(?<name>[A-Za-z0-9_.-]{0,48}(" + Names + @"))(?![A-Za-z0-9_.-])\\?[""']?(?<separator>\s{0,2}(=>|=|:)\s{0,2}))(?<quote>\\?[""'])?(?<value>(?<=\\?"")[^""\\\r\n]+|(?<=\\?')[^'\\\r\n]+|[^\s,;&""'\\})\]]+)(?<close>)",
        Options | RegexOptions.IgnoreCase, Patience)]
    private static partial Regex Named();

    [GeneratedRegex(@"(^|[._-])(" + Names + @")$|(?i:(password|secret|token|apikey|passphrase)$)", Options | RegexOptions.IgnoreCase, Patience)]
    private static partial Regex SecretName();

    [GeneratedRegex(@"^(true|false|null|nil|none|undefined|empty|unset|yes|no|required|optional|missing|invalid|expired|string|0|1)$", Options | RegexOptions.IgnoreCase, Patience)]
    private static partial Regex Empty();
}
