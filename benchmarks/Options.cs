using System.Globalization;

namespace Tornadose.Benchmarks;

/// <summary>Arguments of the form <c>--name value</c> or <c>--name</c>.</summary>
internal sealed class Options
{
    private readonly Dictionary<string, string?> _values = new(StringComparer.Ordinal);

    public Options(ReadOnlySpan<string> arguments)
    {
        for (var i = 0; i < arguments.Length; i++)
        {
            if (!arguments[i].StartsWith("--", StringComparison.Ordinal))
                throw new ArgumentException($"'{arguments[i]}' is not an option: options begin with two dashes.");
            var hasValue = i + 1 < arguments.Length && !arguments[i + 1].StartsWith("--", StringComparison.Ordinal);
            _values[arguments[i][2..]] = hasValue ? arguments[++i] : null;
        }
    }

    public bool Has(string name) => _values.ContainsKey(name);

    public string? Value(string name) => _values.GetValueOrDefault(name);

    public double Number(string name, double otherwise) =>
        Value(name) is { } text ? double.Parse(text, CultureInfo.InvariantCulture) : otherwise;

    public int Count(string name, int otherwise) => (int)Number(name, otherwise);

    /// <summary>Fails for an option that is not one of these.</summary>
    public void Allow(params ReadOnlySpan<string> names)
    {
        foreach (var name in _values.Keys)
            if (!names.Contains(name))
                throw new ArgumentException(
                    $"There is no option --{name}. There are: {string.Join(", ", names.ToArray().Select(static known => $"--{known}"))}.");
    }
}
