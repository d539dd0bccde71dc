namespace Tornadose.SignalR;

/// <summary>What the bytes of a message are.</summary>
public enum MessageFormat
{
    /// <summary>UTF-8 text, delivered unchanged; inside JSON it becomes a string.</summary>
    Text,

    /// <summary>One JSON value without line breaks; inside JSON it is embedded as a value.</summary>
    Json,
}
