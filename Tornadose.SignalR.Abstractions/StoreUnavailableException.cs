namespace Tornadose.SignalR;

/// <summary>
/// A message was not accepted, because what keeps the store cannot be reached or did not answer in time. Nothing is kept for later:
/// publish again, with the same <c>IdempotencyKey</c> where <see cref="MayBeStored"/>, so that the message is stored once.
/// </summary>
/// <param name="message">What happened, and what to do.</param>
/// <param name="mayBeStored">Whether the message was on its way, so that it may have been stored all the same.</param>
/// <param name="innerException">The cause.</param>
public sealed class StoreUnavailableException(string message, bool mayBeStored, Exception? innerException = null)
    : StoreException(message, innerException)
{
    /// <summary>Whether the message may have been stored all the same.</summary>
    public bool MayBeStored { get; } = mayBeStored;
}
