using System.Text;

namespace Tornadose.SignalR.Tests.TestKit;

/// <summary>
/// Random strings that are mostly trouble: line breaks of every kind, half surrogate pairs, NUL, byte order marks, and text that looks
/// like a wire format. The seed is printed; set <c>TORNADOSE_SEED</c> to replay a run.
/// </summary>
public sealed class RandomText
{
    private static readonly string[] Pieces =
    [
        "\n", "\r", "\r\n", "\n\r", "\r\r\n", "\0", "\uFEFF", "\u2028", "\u2029", "\u0085", "\v", "\f", " ", ":", "\t", "\"", "\\", "/",
        "data: x", "id: 9", "event: x", "retry: 1", ": c", "\ud800", "\udfff", "\ud83d\ude00", "é", "漢", "</script>", "{\"reset\":1}", "\u001b[0m",
    ];

    private readonly Random _random;

    private RandomText(int seed) => (Seed, _random) = (seed, new Random(seed));

    public int Seed { get; }

    public static RandomText Create()
    {
        var seed = Environment.GetEnvironmentVariable("TORNADOSE_SEED") is { Length: > 0 } given ? int.Parse(given) : Random.Shared.Next();
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        return new RandomText(seed);
    }

    /// <summary>What UTF-8 can say of a string: half surrogate pairs become U+FFFD.</summary>
    public static string AsUtf8(string text) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));

    public int Next(int below) => _random.Next(below);

    /// <summary>Mostly short, now and then up to 64 Ki characters.</summary>
    public string Next()
    {
        var pieces = _random.Next(1000) switch { 0 => 16_000, < 50 => 300, _ => _random.Next(12) };
        var text = new StringBuilder();
        for (var i = 0; i < pieces; i++)
            Append(text);
        return text.ToString(0, Math.Min(text.Length, 64 * 1024));
    }

    private void Append(StringBuilder text)
    {
        if (_random.Next(2) == 0)
            text.Append(Pieces[_random.Next(Pieces.Length)]);
        else
            text.Append((char)_random.Next(_random.Next(2) == 0 ? 128 : 65_536));
    }
}
