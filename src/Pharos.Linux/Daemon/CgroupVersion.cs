namespace Pharos.Linux.Daemon;

/// <summary>Which kind of control group can be made for something.</summary>
public enum CgroupVersion
{
    /// <summary>None that is writable.</summary>
    None,

    /// <summary>One of version 1.</summary>
    V1,

    /// <summary>One of version 2.</summary>
    V2,
}
