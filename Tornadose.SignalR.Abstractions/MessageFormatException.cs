namespace Tornadose.SignalR;

/// <summary>A message is not what the reader takes it for: no JSON, or JSON of another type. Somebody else published it.</summary>
/// <param name="message">What is wrong.</param>
/// <param name="innerException">The cause.</param>
public sealed class MessageFormatException(string message, Exception? innerException = null) : StoreException(message, innerException);
