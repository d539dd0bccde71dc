namespace Tornadose.SignalR.Tests.Client;

/// <summary>Reads from a client with a timeout.</summary>
internal static class ReadingExtensions
{
    /// <summary>The next message or reset; fails if there is none.</summary>
    public static async Task<ReceivedMessage> NextAsync(this IAsyncEnumerator<ReceivedMessage> reader)
    {
        Assert.True(await reader.MoveNextAsync().WithTimeout(), "the enumeration has ended");
        return reader.Current;
    }

    /// <summary>The texts of the next messages; a reset as its reason in brackets.</summary>
    public static async Task<string> TakeAsync(this IAsyncEnumerator<ReceivedMessage> reader, int count)
    {
        var texts = new List<string>();
        while (texts.Count < count)
        {
            var message = await reader.NextAsync();
            texts.Add(message.Reset is { } reset ? $"[{reset.Reason}]" : message.GetText());
        }

        return string.Join(' ', texts);
    }
}
