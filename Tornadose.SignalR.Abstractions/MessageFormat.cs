namespace Tornadose.SignalR;

/// <summary>What the bytes of a message are.</summary>
public enum MessageFormat
{
    /// <summary>UTF-8 text, delivered as it is; inside JSON it becomes a string.</summary>
    Text,

    /// <summary>One JSON value without line breaks; inside JSON it is embedded as the value that it is.</summary>
    Json,
}
