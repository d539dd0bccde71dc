namespace Tornadose.SignalR;

/// <summary>The base of all exceptions by which stores say that something cannot be done.</summary>
/// <param name="message">What happened, and what to do.</param>
/// <param name="innerException">The cause.</param>
public abstract class StoreException(string message, Exception? innerException = null) : Exception(message, innerException);
