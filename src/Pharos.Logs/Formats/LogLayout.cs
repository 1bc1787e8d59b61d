namespace Pharos.Logs.Formats;

/// <summary>What the store makes of an app's bytes in its file. All but the first keep whole lines only, and all can be undone: see <see cref="LineDecoder"/>.</summary>
internal enum LogLayout
{
    /// <summary>The bytes as they came, however they were cut.</summary>
    Verbatim,

    /// <summary>Lines, each with a time before it when one was asked for.</summary>
    Text,

    /// <summary>A JSON object per line.</summary>
    Json,

    /// <summary>PM2's JSON object per line.</summary>
    Pm2Json,

    /// <summary>key=value pairs.</summary>
    Logfmt,

    /// <summary>Columns between bars, the message last.</summary>
    Delimiter,

    /// <summary>Time, level, instance, message.</summary>
    Console,
}
