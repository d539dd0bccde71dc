namespace Tornadose.SignalR;

/// <summary>The base class of the exceptions by which stores report that an operation is not possible.</summary>
/// <param name="message">What happened, and what to do.</param>
/// <param name="innerException">The cause.</param>
public abstract class StoreException(string message, Exception? innerException = null) : Exception(message, innerException);
