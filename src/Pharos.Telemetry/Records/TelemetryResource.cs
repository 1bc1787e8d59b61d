namespace Pharos.Telemetry.Records;

/// <summary>Who a signal is about: the attributes of an OTLP resource. One object per instance, so encoders may cache by reference.</summary>
public sealed class TelemetryResource
{
    /// <param name="attributes">Keys and values; a value is a string or a long.</param>
    public TelemetryResource(params (string Key, object Value)[] attributes) => Attributes = attributes;

    /// <summary>Keys and values; a value is a string or a long.</summary>
    public IReadOnlyList<(string Key, object Value)> Attributes { get; }

    /// <summary>The encoder's own copy of this resource; null until it made one.</summary>
    public byte[]? Encoded { get; set; }

    /// <summary>The string value of a key.</summary>
    /// <param name="key">The key.</param>
    /// <returns>Null when it is not there.</returns>
    public string? this[string key]
    {
        get
        {
            foreach (var (k, v) in Attributes)
            {
                if (k == key)
                    return v.ToString();
            }

            return null;
        }
    }
}
