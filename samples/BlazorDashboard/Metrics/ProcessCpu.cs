using BlazorDashboard.Proc;

namespace BlazorDashboard.Metrics;

/// <summary>This process's processor time, in percent of all cores together.</summary>
public sealed class ProcessCpu(TimeProvider clock)
{
    private readonly CounterRate _user = new(clock);
    private readonly CounterRate _system = new(clock);

    /// <summary>The share since the last call; null at the first.</summary>
    public ProcessorShare? Next()
    {
        // Browsers and iOS do not report the processor time of a process; every platform that runs a server does.
        if (OperatingSystem.IsBrowser() || OperatingSystem.IsIOS() || OperatingSystem.IsTvOS())
            return null;

        var usage = Environment.CpuUsage;
        // Both are called, so that both have a first reading: no "&&" between the calls.
        var userShare = Percent(_user.Next(usage.UserTime.Ticks));
        var systemShare = Percent(_system.Next(usage.PrivilegedTime.Ticks));
        return userShare is { } user && systemShare is { } system ? new ProcessorShare(user, system, 0) : null;
    }

    private static double? Percent(double? ticksPerSecond) =>
        ticksPerSecond is { } rate ? Rounded.Percent(100 * rate / TimeSpan.TicksPerSecond / Environment.ProcessorCount) : null;
}
