package com.example.tally;

import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;

/** Counts the values of the column given first in the CSV text of standard input. */
public final class Main {
    private Main() {}

    public static void main(String[] arguments) throws IOException {
        var input = new InputStreamReader(System.in, StandardCharsets.UTF_8);
        Tally.count(input, arguments[0])
                .forEach((value, count) -> System.out.println(value + "\t" + count));
    }
}
