namespace Pharos.Configuration.Attributes;

/// <summary>What a kind of attribute accepts: in words, and as a piece of JSON schema. One place, so that the two cannot differ.</summary>
internal static class Accepted
{
    private const string DurationPattern = @"^[0-9]+(\\.[0-9]+)?(ms|s|m|h|d)?$";

    /// <summary>In words: the end of a fault, and the column of the documentation.</summary>
    public static string InWords(AttributeKind kind) => kind switch
    {
        AttributeKind.Text => "a text",
        AttributeKind.Name => "a text or a number",
        AttributeKind.Words => "a list of texts, or a text that is split at blanks (quotes keep them)",
        AttributeKind.Number => "a whole number from 0",
        AttributeKind.Nice => "a whole number from -20 to 19",
        AttributeKind.Flag => "true or false",
        AttributeKind.Duration => "a duration such as 500ms, 5s, 2m, 1h; a number is milliseconds",
        AttributeKind.Instances => "a whole number up to 10000, or max",
        AttributeKind.Port => "a whole number from 1 to 65535",
        AttributeKind.Variables => "an object of variables",
        AttributeKind.VariableName => "the name of a variable",
        AttributeKind.Files => "a path, or a list of paths",
        AttributeKind.Filter => "true, false, a text, or a list of texts",
        AttributeKind.ExitCodes => "an exit code from 0 to 255, or a list of them",
        AttributeKind.Restart => "true, false, always, on-failure or never",
        AttributeKind.Stdio => "spool or fifo",
        AttributeKind.Umask => "octal digits in quotes, such as '022'",
        AttributeKind.Signal => "a signal such as SIGTERM, or a number from 1 to 64",
        AttributeKind.Limit => "a number with k, m or g, or unlimited; or soft:hard, soft not above hard",
        AttributeKind.Size => "bytes, or a number with k, m or g",
        AttributeKind.Cron => "a cron pattern of 5 or 6 fields, such as '0 3 * * *'; 0 for none",
        AttributeKind.Zone => "a time zone such as Europe/Berlin",
        AttributeKind.Check => "http://HOST:PORT/PATH, tcp:HOST:PORT, tcp:/SOCKET, exec:COMMAND, notify, ipc or log:PATTERN",
        AttributeKind.Status => "a status or range such as 200, 200-299, or several with commas",
        AttributeKind.Pattern => "a regular expression without backreferences and lookarounds",
        AttributeKind.Counted => "a whole number from 1",
        AttributeKind.Share => "a number of cores such as 1.5, or percent of one core such as 150%",
        AttributeKind.Tasks => "a whole number from 1",
        AttributeKind.Dependencies => "an app, a list of apps, or an object of them with condition (ready or started) and restart (true or false)",
        AttributeKind.Watch => "true, false, a path, or a list of paths",
        AttributeKind.Overlap => "forbid, allow or replace",
        AttributeKind.Parts => "an object",
        AttributeKind.CheckOrParts => "a check such as http://127.0.0.1:3000/health, tcp:3000, exec:COMMAND, notify, ipc or log:PATTERN; or an object",
        AttributeKind.CronOrParts => "a cron pattern of 5 or 6 fields, or an object",
        AttributeKind.Anything => "anything",
    };

    /// <summary>As members of a JSON schema object.</summary>
    public static string AsSchema(AttributeKind kind) => kind switch
    {
        AttributeKind.Text => """ "type": "string" """,
        AttributeKind.Name => """ "type": ["string", "number"] """,
        AttributeKind.Words => """ "type": ["string", "number", "array"], "items": { "type": ["string", "number", "boolean"] } """,
        AttributeKind.Files => """ "type": ["string", "array"], "items": { "type": "string" } """,
        AttributeKind.Number => """ "type": "integer", "minimum": 0 """,
        AttributeKind.Nice => """ "type": "integer", "minimum": -20, "maximum": 19 """,
        AttributeKind.Flag => """ "type": "boolean" """,
        AttributeKind.Duration => $$""" "type": ["string", "number"], "minimum": 0, "pattern": "{{DurationPattern}}" """,
        AttributeKind.Instances => """ "type": ["integer", "string"], "maximum": 10000, "pattern": "^(max|-?[0-9]+)$" """,
        AttributeKind.Port => """ "type": ["integer", "string"], "minimum": 1, "maximum": 65535, "pattern": "^[0-9]+$" """,
        AttributeKind.Variables => """ "type": "object" """,
        AttributeKind.VariableName => """ "type": "string", "pattern": "^[^=]+$" """,
        AttributeKind.Filter => """ "type": ["boolean", "string", "array"], "items": { "type": "string" } """,
        AttributeKind.ExitCodes => """ "type": ["integer", "array"], "minimum": 0, "maximum": 255, "items": { "type": "integer", "minimum": 0, "maximum": 255 } """,
        AttributeKind.Restart => """ "enum": [true, false, "always", "on-failure", "never"] """,
        AttributeKind.Stdio => """ "enum": ["spool", "fifo"] """,
        AttributeKind.Umask => """ "type": "string", "pattern": "^[0-7]{1,4}$" """,
        AttributeKind.Signal => """ "type": ["string", "integer"], "minimum": 1, "maximum": 64 """,
        AttributeKind.Limit => """ "type": ["integer", "string"], "minimum": 0 """,
        AttributeKind.Size => """ "type": ["integer", "string"], "minimum": 1, "pattern": "^[0-9]+[kKmMgG]?$" """,
        AttributeKind.Cron => """ "type": ["string", "integer"] """,
        AttributeKind.Zone => """ "type": "string" """,
        AttributeKind.Check => """ "type": "string", "pattern": "^(https?://.+|tcp:.+|exec:.+|notify|ipc|log:.+)$" """,
        AttributeKind.Status => """ "type": ["integer", "string"], "minimum": 100, "maximum": 599, "pattern": "^[0-9 ,-]+$" """,
        AttributeKind.Pattern => """ "type": "string" """,
        AttributeKind.Counted or AttributeKind.Tasks => """ "type": "integer", "minimum": 1 """,
        AttributeKind.Share => """ "type": ["number", "string"], "pattern": "^[0-9]+([.][0-9]+)?%?$" """,
        AttributeKind.Dependencies => """ "type": ["string", "array", "object"], "items": { "type": "string" } """,
        AttributeKind.Watch => """ "type": ["boolean", "string", "array"], "items": { "type": "string" } """,
        AttributeKind.Overlap => """ "enum": ["forbid", "allow", "replace"] """,
        AttributeKind.Parts => """ "type": "object" """,
        AttributeKind.CheckOrParts or AttributeKind.CronOrParts => """ "type": ["string", "object"] """,
        AttributeKind.Anything => "",
    };
}
