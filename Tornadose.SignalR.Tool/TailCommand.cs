using System.CommandLine;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Tornadose.SignalR.Tool;

/// <summary>Follows a store and writes what it receives, one JSON line each.</summary>
internal static class TailCommand
{
    private static readonly JsonWriterOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static async Task<int> RunAsync(
        StoreUrl url, StartAt? start, TornadoseClientOptions options, InvocationConfiguration console, CancellationToken stop)
    {
        using var client = new TornadoseClient(url.Base, options);
        Exception? told = null;
        try
        {
            // A subscription also reports lost connections, which the enumeration does not.
            var failed = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
            await using var subscription = client.Follow(
                url.Store,
                (message, _) =>
                {
                    try
                    {
                        if (!console.Output.TryWriteLine(LineOf(message)))
                            failed.TrySetResult(0); // like any filter whose reader closes the pipe
                    }
                    catch (IOException full)
                    {
                        console.Error.WriteLine(full.Message); // later lines could not be written either
                        failed.TrySetResult(1);
                    }

                    return ValueTask.CompletedTask;
                },
                changed =>
                {
                    if (changed.LastError is { } error && error != told)
                        console.Error.WriteLine((told = error).Words());
                    if (changed.State is StoreSubscriptionState.Completed or StoreSubscriptionState.Ended)
                        failed.TrySetResult(0);
                    else if (changed.State is StoreSubscriptionState.Failed)
                        failed.TrySetResult(1);
                },
                start);
            return await failed.Task.WaitAsync(stop);
        }
        catch (OperationCanceledException)
        {
            return 0; // Ctrl+C
        }
        catch (ArgumentException wrong)
        {
            console.Error.WriteLine(wrong.Message);
            return 1;
        }
    }

    private static string LineOf(ReceivedMessage message)
    {
        using var bytes = new MemoryStream();
        using (var writer = new Utf8JsonWriter(bytes, Readable))
        {
            writer.WriteStartObject();
            if (message.Id is { } id)
                writer.WriteString("id", id);
            if (message.EventType is { } type)
                writer.WriteString("event", type);
            if (message.Reset is { } reset)
                writer.WriteString("reset", reset.Reason.ToString().ToLowerInvariant());
            else
                WriteData(writer, message);
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length);
    }

    private static void WriteData(Utf8JsonWriter writer, ReceivedMessage message)
    {
        if (message.Format == MessageFormat.Json)
        {
            writer.WriteString("format", "json");
            writer.WritePropertyName("data");
            writer.WriteRawValue(message.Data.Span, skipInputValidation: true);
        }
        else
        {
            writer.WriteString("data", message.GetText());
        }
    }
}
