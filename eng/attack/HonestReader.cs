using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;

namespace Tornadose.Attack;

/// <summary>Reads a store that gets ten messages a second, and measures how late they come.</summary>
internal sealed class HonestReader
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource _stop = new();
    private readonly Machine _machine;
    private readonly List<double> _milliseconds = [];
    private readonly StreamReader _stream;
    private readonly Task _publishing;
    private readonly Task _reading;
    private Task<(long Lost, TimeSpan P95)>? _stopped;
    private long _published;
    private long _received;
    private long _skipped;

    private HonestReader(Machine machine, StreamReader stream)
    {
        (_machine, _stream) = (machine, stream);
        _reading = ReadAsync();
        _publishing = PublishAsync();
    }

    public static async Task<HonestReader> StartAsync(int port)
    {
        var machine = new Machine("127.0.0.1", port);
        var request = new HttpRequestMessage(HttpMethod.Get, "/stores/honest");
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/event-stream"));
        var response = await machine.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        return new HonestReader(machine, new StreamReader(await response.EnsureSuccessStatusCode().Content.ReadAsStreamAsync()));
    }

    /// <summary>Waits for the published messages, and returns the results.</summary>
    public Task<(long Lost, TimeSpan P95)> StopAsync() => _stopped ??= EndAsync();

    private async Task<(long Lost, TimeSpan P95)> EndAsync()
    {
        await _stop.CancelAsync();
        await _publishing;
        var waiting = Stopwatch.StartNew();
        while (Interlocked.Read(ref _received) < _published && waiting.Elapsed < Patience)
            await Task.Delay(Pause);
        _stream.Dispose();
        await _reading;
        _machine.Dispose();
        var ordered = _milliseconds.Order().ToArray();
        return (_published - _received + _skipped, TimeSpan.FromMilliseconds(ordered[(int)(ordered.Length * 0.95)]));
    }

    private async Task PublishAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            var status = await _machine.PostAsync("honest", $"{_published + 1} {Stopwatch.GetTimestamp()}");
            if (status == 200)
                _published++;
            await Task.Delay(Pause);
        }
    }

    private async Task ReadAsync()
    {
        try
        {
            while (await _stream.ReadLineAsync() is { } line)
                if (line.StartsWith("data: ", StringComparison.Ordinal))
                    Take(line[6..].Split(' '));
        }
        catch (Exception failure) when (failure is IOException or ObjectDisposedException or OperationCanceledException)
        {
            // the end of the attack
        }
    }

    private void Take(string[] words)
    {
        _milliseconds.Add(Stopwatch.GetElapsedTime(long.Parse(words[1], CultureInfo.InvariantCulture)).TotalMilliseconds);
        var received = Interlocked.Increment(ref _received);
        if (long.Parse(words[0], CultureInfo.InvariantCulture) != received)
            _skipped++;
    }
}
