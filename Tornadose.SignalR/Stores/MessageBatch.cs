using Tornadose.SignalR.Messages;

namespace Tornadose.SignalR.Stores;

/// <summary>The limits of a batch: what one transaction of a backplane takes without holding up all others.</summary>
internal static class MessageBatch
{
    public static int SizeOf(IReadOnlyList<MessageContent> contents)
    {
        var size = 0;
        foreach (var content in contents)
            size += content.Size;
        return size;
    }

    /// <exception cref="ArgumentException">There are too many.</exception>
    public static void CheckCount(int count)
    {
        if (count > PublishOptions.MaxBatchMessages)
            throw new ArgumentException($"A batch has at most {PublishOptions.MaxBatchMessages} messages.");
    }

    /// <exception cref="ArgumentException">There are none, or too many.</exception>
    /// <exception cref="MessageTooLargeException">Together they are too large.</exception>
    public static void Check(IReadOnlyList<MessageContent> contents, string store)
    {
        if (contents.Count == 0)
            throw new ArgumentException("A batch has at least one message.");
        CheckCount(contents.Count);
        if (contents.Sum(static content => (long)content.Size) is > PublishOptions.MaxBatchBytes and var size)
            throw new MessageTooLargeException(store, size, PublishOptions.MaxBatchBytes);
    }
}
