namespace Tornadose.SignalR;

/// <summary>A message is not what the reader expects: not JSON, or JSON of another type. Another publisher wrote it.</summary>
/// <param name="message">What is wrong.</param>
/// <param name="innerException">The cause.</param>
public sealed class MessageFormatException(string message, Exception? innerException = null) : StoreException(message, innerException);
