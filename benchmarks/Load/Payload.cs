using System.Text;

namespace Tornadose.Benchmarks.Load;

/// <summary>What is published: a mark, filled up to a size.</summary>
/// <param name="Name">The name in tables.</param>
/// <param name="ContentType">The media type.</param>
/// <param name="Before">What stands before the mark.</param>
/// <param name="After">What stands after it.</param>
internal sealed record Payload(string Name, string ContentType, string Before, string After)
{
    public static readonly Payload Text64 = Text(64);
    public static readonly Payload Text1K = Text(1024);

    /// <summary>An object as applications publish them: 300 bytes of JSON.</summary>
    public static readonly Payload Json300 = new("300 B JSON", "application/json", "{\"at\":\"", JsonRest());

    public static Payload Text(int bytes) =>
        new(bytes < 1024 ? $"{bytes} B" : $"{bytes / 1024} KB", "text/plain", "", new string('x', Math.Max(0, bytes - Mark.Length)));

    public byte[] Template => Encoding.UTF8.GetBytes(Before + Mark.Format(0) + After);

    private static string JsonRest()
    {
        const string Rest = "\"," + """
            "device":"boiler-7","temperature":71.25,"pressure":1.875,"valves":[0.5,0.25,1,0,0.125,0.75,0.375,1],
            """ + """
            "labels":{"site":"north","floor":"3","line":"b"},"state":"running","note":"NOTE"}
            """;
        return Rest.Replace("NOTE", new string('n', 300 - 7 - Mark.Length - Rest.Length + "NOTE".Length), StringComparison.Ordinal);
    }
}
