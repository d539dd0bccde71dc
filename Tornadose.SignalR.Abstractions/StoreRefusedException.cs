namespace Tornadose.SignalR;

/// <summary>
/// A message was refused by what keeps the store: out of memory, a key of a wrong type, no permission. Nothing was published, and no
/// position was used up.
/// </summary>
/// <param name="message">What it answered.</param>
/// <param name="innerException">The cause.</param>
public sealed class StoreRefusedException(string message, Exception? innerException = null) : StoreException(message, innerException);
