namespace Tornadose.SignalR;

/// <summary>
/// The storage of a store refused a message: out of memory, a key of a wrong type, no permission. Nothing was published, and no
/// position was used.
/// </summary>
/// <param name="message">The storage's answer.</param>
/// <param name="innerException">The cause.</param>
public sealed class StoreRefusedException(string message, Exception? innerException = null) : StoreException(message, innerException);
