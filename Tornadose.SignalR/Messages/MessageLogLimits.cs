using Tornadose.SignalR.Messages;

namespace Tornadose.SignalR.Backplanes;

/// <summary>How much a log keeps. The oldest messages go first.</summary>
/// <param name="Capacity">Messages, from 0; with 0 messages are delivered live only, and nothing can be resumed.</param>
/// <param name="MaxBytes">Bytes of payload and event type, from 1.</param>
/// <param name="MaxAge">Time since a message was appended; null keeps messages of any age.</param>
/// <param name="NewestSuffices">Whether readers want the newest message and may miss those in between, without a reset.</param>
public readonly record struct MessageLogLimits(int Capacity, long MaxBytes, TimeSpan? MaxAge = null, bool NewestSuffices = false)
{
    /// <summary>Live delivery needs some slots even where nothing is kept for resuming.</summary>
    internal const int LiveOnlySlots = 64;

    internal int Slots => Capacity == 0 ? LiveOnlySlots : Capacity;
}
