using System.CommandLine;
using System.Diagnostics;
using System.Text.Json;
using System.Threading.Channels;

namespace Tornadose.SignalR.Tool;

/// <summary>
/// Publishes lines. While one request is in progress, the next lines are collected, up to the limits of a batch, so that a fast source
/// needs few requests and a slow one is not delayed.
/// </summary>
internal sealed class PublishCommand(StoreUrl url, TornadoseClientOptions options, bool isJson, string? eventType)
{
    /// <summary>In JSON a character may take six bytes, and each line has an envelope.</summary>
    private const int MaxCharacters = PublishOptions.MaxBatchBytes / 8;

    /// <summary>How long a request is retried: servers remember an idempotency key for five minutes.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);

    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan MaxPause = TimeSpan.FromSeconds(30);

    private int _read;
    private int _confirmed;
    private bool _nobodyReads;

    private readonly Channel<string> _lines =
        Channel.CreateBounded<string>(new BoundedChannelOptions(PublishOptions.MaxBatchMessages) { SingleReader = true });

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
        catch (OperationCanceledException) // Ctrl+C
        {
            if (_read == _confirmed)
                return 0;
            console.Error.WriteLine($"Interrupted: of {_read} lines that were read, {_read - _confirmed} may not have been published.");
            return 1;
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
                if (isJson && line.Length == 0)
                    continue;
                if (isJson)
                    Check(line, number);
                _read++;
                await _lines.Writer.WriteAsync(line, stop);
            }

            _lines.Writer.TryComplete();
        }
        catch (Exception failure)
        {
            _lines.Writer.TryComplete(failure);
        }
    }

    /// <summary>The key makes a retry safe: nothing is stored twice.</summary>
    private async Task PublishAsync(TornadoseClient client, InvocationConfiguration console, CancellationToken stop)
    {
        var batch = Take();
        var published = new PublishOptions { EventType = eventType, IdempotencyKey = Guid.NewGuid().ToString("N") };
        var began = Stopwatch.GetTimestamp();
        for (var pause = FirstPause; ; pause = 2 * pause < MaxPause ? 2 * pause : MaxPause)
        {
            try
            {
                var id = isJson
                    ? await client.PublishManyAsync(url.Store, batch.ConvertAll(static line => JsonElement.Parse(line)), published, stop)
                    : await client.PublishManyAsync(url.Store, batch, published, stop);
                _confirmed += batch.Count;
                _nobodyReads = _nobodyReads || !console.Output.TryWriteLine(id); // publishing goes on
                return;
            }
            catch (StoreUnavailableException away) when (Stopwatch.GetElapsedTime(began) < Patience)
            {
                console.Error.WriteLine($"{away.Words()} Trying again in {pause.TotalSeconds:0} s.");
                await Task.Delay(pause, stop);
            }
        }
    }

    private List<string> Take()
    {
        var batch = new List<string>();
        var characters = 0;
        while (batch.Count < PublishOptions.MaxBatchMessages && _lines.Reader.TryPeek(out var line))
        {
            characters += line.Length;
            if (batch.Count > 0 && characters > MaxCharacters)
                break;
            batch.Add(line);
            _lines.Reader.TryRead(out _);
        }

        return batch;
    }

    /// <summary>Checks a line when it is read, so that the lines before it are published.</summary>
    private static void Check(string line, int number)
    {
        try
        {
            JsonElement.Parse(line);
        }
        catch (JsonException invalid)
        {
            throw new JsonException($"Line {number} is not JSON. It and all later lines were not published: {invalid.Message}", invalid);
        }
    }
}
