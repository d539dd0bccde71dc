namespace Tornadose.SignalR.Stores;

/// <summary>Why a message was refused, in words for the client that sent it.</summary>
internal static class PublishRefusal
{
    /// <summary>The message without the name of our parameter, which means nothing to a client.</summary>
    public static string Words(ArgumentException refused) => refused.ParamName is null
        ? refused.Message
        : refused.Message.Replace($" (Parameter '{refused.ParamName}')", "", StringComparison.Ordinal);
}
