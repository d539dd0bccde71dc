using System.Text;

namespace Tornadose.SignalR.Tests.TestKit;

/// <summary>
/// Random strings that are likely to cause trouble: line breaks of every kind, lone surrogates, NUL, byte order marks, and text that
/// looks like a wire format. The seed is printed; set <c>TORNADOSE_SEED</c> to replay a run.
/// </summary>
public sealed class RandomText
{
    private static readonly string[] Pieces =
    [
        "\n", "\r", "\r\n", "\n\r", "\r\r\n", "\0", "\uFEFF", "\u2028", "\u2029", "\u0085", "\v", "\f", " ", ":", "\t", "\"", "\\", "/",
        "data: x", "id: 9", "event: x", "retry: 1", ": c", "\ud800", "\udfff", "\ud83d\ude00", "é", "漢", "</script>", "{\"reset\":1}",
        "\u001b[0m",
    ];

    private readonly Random _random;

    private RandomText(int seed) => (Seed, _random) = (seed, new Random(seed));

    public int Seed { get; }

    public static RandomText Create()
    {
        var seed = Setting("TORNADOSE_SEED") ?? Random.Shared.Next();
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        return new RandomText(seed);
    }

    /// <summary>
    /// One of many runs of the same seed. Each can be replayed alone, as the first run of a seed that is larger by its number.
    /// </summary>
    public RandomText Run(int number) => new(unchecked(Seed + number));

    /// <summary>The number of repetitions: the value of an environment variable, for a long run by hand, or the usual number.</summary>
    /// <param name="variable">The variable.</param>
    /// <param name="usual">What an ordinary run of all tests can afford.</param>
    public static int Times(string variable, int usual) => Setting(variable) ?? usual;

    /// <summary>A string after a round trip through UTF-8: lone surrogates become U+FFFD.</summary>
    public static string AsUtf8(string text) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));

    public int Next(int below) => _random.Next(below);

    public bool OneIn(int chances) => _random.Next(chances) == 0;

    public T Of<T>(params ReadOnlySpan<T> choices) => choices[_random.Next(choices.Length)];

    public byte[] Bytes(int count)
    {
        var bytes = new byte[count];
        _random.NextBytes(bytes);
        return bytes;
    }

    /// <summary>A short string, for tests that need many cases.</summary>
    public string Short()
    {
        var text = new StringBuilder();
        for (var pieces = _random.Next(6); pieces > 0; pieces--)
            Append(text);
        return text.ToString();
    }

    /// <summary>
    /// JSON of any kind: numbers out of every range, escapes of everything including lone surrogates, duplicate names, nesting.
    /// </summary>
    public string Json(int depth = 4) => Next(depth > 0 ? 9 : 6) switch
    {
        0 => Of("null", "true", "false"),
        1 => Of("0", "-0", "1.50", "1e999", "-1E-999", "9223372036854775808", "123456789012345678901234567890", "0.1000"),
        2 or 3 =>
            $"\"{Short().Replace("\\", "\\\\").Replace("\"", "\\\"").Replace("\n", "\\n").Replace("\r", "\\r").Replace("\t", "\\t")}\"",
        4 => $"\"{Of("\\ud800", "\\udc00x", "\\ud83d\\ude00", "\\u0000", "\\u001e", "\\u000a", "\\u2028", "\\/", "</script>", "$type")}\"",
        5 => Of("[]", "{}", " \n[ ]", "{\"$type\":\"System.Diagnostics.Process\"}"),
        6 => $"[{string.Join(Of(",", " ,\n"), Enumerable.Range(0, Next(4)).Select(_ => Json(depth - 1)))}]",
        7 => $"{{{string.Join(',', Enumerable.Range(0, Next(4)).Select(_ => $"\"{Member()}\":{Json(depth - 1)}"))}}}",
        _ => Of(8, 40, 70, 200) is var levels ? $"{new string('[', levels)}{Json(0)}{new string(']', levels)}" : "",
    };

    private string Member() => Of("a", "a", "id", "data", "\\u0061", "\\ud800", "é");

    /// <summary>A text with a few characters or bytes changed, removed, inserted or moved.</summary>
    public T[] Mutate<T>(ReadOnlySpan<T> given, Func<T> another)
    {
        var result = new List<T>([.. given]);
        for (var changes = 1 + Next(3); changes > 0 && result.Count > 0; changes--)
        {
            var at = Next(result.Count);
            switch (Next(4))
            {
                case 0: result[at] = another(); break;
                case 1: result.RemoveRange(at, Math.Min(1 + Next(4), result.Count - at)); break;
                case 2: result.Insert(at, another()); break;
                default: result.InsertRange(at, result[Next(result.Count)..].Take(8).ToArray()); break;
            }
        }

        return [.. result];
    }

    /// <summary>Mostly short, now and then up to 64 Ki characters.</summary>
    public string Next()
    {
        var pieces = _random.Next(1000) switch { 0 => 16_000, < 50 => 300, _ => _random.Next(12) };
        var text = new StringBuilder();
        for (var i = 0; i < pieces; i++)
            Append(text);
        return text.ToString(0, Math.Min(text.Length, 64 * 1024));
    }

    private static int? Setting(string variable) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } given ? int.Parse(given) : null;

    private void Append(StringBuilder text)
    {
        if (_random.Next(2) == 0)
            text.Append(Pieces[_random.Next(Pieces.Length)]);
        else
            text.Append((char)_random.Next(_random.Next(2) == 0 ? 128 : 65_536));
    }
}
