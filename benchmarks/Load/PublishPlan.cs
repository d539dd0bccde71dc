namespace Tornadose.Benchmarks.Load;

/// <summary>What to publish, how fast, and for how long.</summary>
/// <param name="Payload">What.</param>
/// <param name="Seconds">For how long.</param>
/// <param name="Window">How many publishes may be unanswered at a time: 1 is the closed loop. Ignored at a fixed rate.</param>
/// <param name="Rate">Messages a second, whatever the answers; 0 for as fast as the window allows.</param>
internal sealed record PublishPlan(Payload Payload, double Seconds, int Window = 1, double Rate = 0)
{
    /// <summary>The most messages to publish; 0 for no limit.</summary>
    public int Messages { get; init; }
}
