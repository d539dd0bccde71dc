namespace BlazorDashboard.Proc;

/// <summary>Ticks that a processor has spent, by what it did. The time of guests is already part of <see cref="User"/>.</summary>
public sealed record ProcessorTicks(long User, long System, long Idle, long Waiting)
{
    /// <summary>All ticks, whatever was done in them.</summary>
    public long All => User + System + Idle + Waiting;

    internal static ProcessorTicks From(string[] columns)
    {
        long Column(int index) => ProcFields.Number(columns, index);
        return new ProcessorTicks(
            User: Column(1) + Column(2),
            System: Column(3) + Column(6) + Column(7) + Column(8),
            Idle: Column(4),
            Waiting: Column(5));
    }

    /// <summary>
    /// What the processor did since <paramref name="earlier"/>. The kernel decreases the waiting counter now and then, and all counters
    /// when a core is removed: a negative difference counts as zero.
    /// </summary>
    public ProcessorShare Since(ProcessorTicks earlier)
    {
        var user = Math.Max(0, User - earlier.User);
        var system = Math.Max(0, System - earlier.System);
        var idle = Math.Max(0, Idle - earlier.Idle);
        var waiting = Math.Max(0, Waiting - earlier.Waiting);
        double all = user + system + idle + waiting;
        return all == 0 ? default : new ProcessorShare(100 * user / all, 100 * system / all, 100 * waiting / all);
    }
}

/// <summary>Percentages of a span of processor time.</summary>
public readonly record struct ProcessorShare(double User, double System, double Waiting)
{
    /// <summary>Work of any kind; waiting for a disk is not work.</summary>
    public double Busy => User + System;
}
