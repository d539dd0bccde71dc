namespace Tornadose.SignalR;

/// <summary>
/// A message was not accepted, because the storage of the store cannot be reached or did not answer in time. Nothing is buffered: publish
/// again, with the same <c>IdempotencyKey</c> if <see cref="MayBeStored"/> is true, so that the message is stored once.
/// </summary>
/// <param name="message">What happened, and what to do.</param>
/// <param name="mayBeStored">Whether the message had been sent, so that it may have been stored.</param>
/// <param name="innerException">The cause.</param>
public sealed class StoreUnavailableException(string message, bool mayBeStored, Exception? innerException = null)
    : StoreException(message, innerException)
{
    /// <summary>Whether the message may have been stored nevertheless.</summary>
    public bool MayBeStored { get; } = mayBeStored;
}
