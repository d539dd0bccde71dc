namespace BlazorDashboard.Metrics;

/// <summary>The sampling intervals, and how much of the past the charts show.</summary>
public static class SampleRate
{
    /// <summary>One second: the machine, and what costs something to read.</summary>
    public static readonly TimeSpan Machine = TimeSpan.FromSeconds(1);

    /// <summary>A tenth of a second: the pulse.</summary>
    public static readonly TimeSpan Pulse = TimeSpan.FromMilliseconds(100);

    /// <summary>Five seconds: how long a node that has crashed is still shown.</summary>
    public static readonly TimeSpan NodeMaxAge = TimeSpan.FromSeconds(5);

    /// <summary>Five minutes of the machine.</summary>
    public static readonly TimeSpan MachineWindow = TimeSpan.FromMinutes(5);

    /// <summary>A minute of the pulse.</summary>
    public static readonly TimeSpan PulseWindow = TimeSpan.FromMinutes(1);

    /// <summary>As many messages as a chart of the machine has room for: one a second.</summary>
    public static int MachineMessages => (int)(MachineWindow / Machine);

    /// <summary>As many messages as the pulse's chart has room for: ten a second.</summary>
    public static int PulseMessages => (int)(PulseWindow / Pulse);
}
