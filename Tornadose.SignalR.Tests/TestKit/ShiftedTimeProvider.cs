namespace Tornadose.SignalR.Tests.TestKit;

/// <summary>A clock that is wrong by a constant, on a machine whose seconds are right.</summary>
public sealed class ShiftedTimeProvider(TimeSpan shift) : TimeProvider
{
    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + shift;
}
