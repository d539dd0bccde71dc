using System.CommandLine;
using System.Text;
using System.Text.Json;
using System.Threading.Channels;

namespace Tornadose.SignalR.Tool;

/// <summary>
/// Publishes lines. While one request is under way the next lines collect, up to what a batch may have, so that a fast source costs few
/// requests and a slow one is not held up.
/// </summary>
internal sealed class PublishCommand(StoreUrl url, TornadoseClientOptions options, bool isJson, string? eventType)
{
    /// <summary>Leaves room in <see cref="PublishOptions.MaxBatchBytes"/> for what stands around each line.</summary>
    private const int MaxBytes = PublishOptions.MaxBatchBytes / 2;

    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan MaxPause = TimeSpan.FromSeconds(30);

    private readonly Channel<(int Number, string Text)> _lines =
        Channel.CreateBounded<(int, string)>(new BoundedChannelOptions(PublishOptions.MaxBatchMessages) { SingleReader = true });

    public async Task<int> RunAsync(TextReader input, InvocationConfiguration console, CancellationToken stop)
    {
        using var client = new TornadoseClient(url.Base, options);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var reading = ReadAsync(input, ended.Token);
        try
        {
            while (await _lines.Reader.WaitToReadAsync(stop))
                await PublishAsync(client, console, stop);
            await reading;
            return 0;
        }
        catch (OperationCanceledException)
        {
            return 0; // Ctrl+C
        }
        catch (Exception failure) when (failure is StoreException or ArgumentException or JsonException)
        {
            console.Error.WriteLine(failure.Message);
            return 1;
        }
        finally
        {
            await ended.CancelAsync();
        }
    }

    private async Task ReadAsync(TextReader input, CancellationToken stop)
    {
        try
        {
            for (var number = 1; await input.ReadLineAsync(stop) is { } line; number++)
            {
                if (line.Length > 0 || !isJson)
                    await _lines.Writer.WriteAsync((number, line), stop);
            }

            _lines.Writer.TryComplete();
        }
        catch (Exception failure)
        {
            _lines.Writer.TryComplete(failure);
        }
    }

    /// <summary>The key makes it safe to try again for as long as it takes: what was stored already is not stored twice.</summary>
    private async Task PublishAsync(TornadoseClient client, InvocationConfiguration console, CancellationToken stop)
    {
        var batch = Take();
        var published = new PublishOptions { EventType = eventType, IdempotencyKey = Guid.NewGuid().ToString("N") };
        for (var pause = FirstPause; ; pause = 2 * pause < MaxPause ? 2 * pause : MaxPause)
        {
            try
            {
                var id = isJson
                    ? await client.PublishManyAsync(url.Store, batch.ConvertAll(Parse), published, stop)
                    : await client.PublishManyAsync(url.Store, batch.ConvertAll(static line => line.Text), published, stop);
                console.Output.WriteLine(id);
                console.Output.Flush();
                return;
            }
            catch (StoreUnavailableException away)
            {
                console.Error.WriteLine($"{away.Message} Trying again in {pause.TotalSeconds:0} s.");
                await Task.Delay(pause, stop);
            }
        }
    }

    private List<(int Number, string Text)> Take()
    {
        var batch = new List<(int, string)>();
        var bytes = 0;
        while (batch.Count < PublishOptions.MaxBatchMessages && _lines.Reader.TryPeek(out var line))
        {
            bytes += Encoding.UTF8.GetByteCount(line.Text);
            if (batch.Count > 0 && bytes > MaxBytes)
                break;
            batch.Add(line);
            _lines.Reader.TryRead(out _);
        }

        return batch;
    }

    private static JsonElement Parse((int Number, string Text) line)
    {
        try
        {
            return JsonElement.Parse(line.Text);
        }
        catch (JsonException invalid)
        {
            throw new JsonException($"Line {line.Number} is not JSON, and it and what follows was not published: {invalid.Message}", invalid);
        }
    }
}
